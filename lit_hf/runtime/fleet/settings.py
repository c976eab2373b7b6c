"""The fleet's settings, and the door to its engines."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lit_hf.config import read_yaml
from lit_hf.errors import BadSetting, UnknownKey
from lit_hf.runtime.fleet.contract import Engine

ENGINES = ("local", "ray", "slurm")


@dataclass(frozen=True)
class FleetSettings:
    """How jobs are run; a file of `key: value` lines holds any of these.

    `attempts`: how often a job is started before its worker's death is its result. `at_once`: jobs submitted at a time.
    `cpus`: cores of one job. `memory_factor`: multiplies the memory that is computed for a job. `gpu_memory`: GB of one
    GPU; when it is given, small models share a GPU (Ray) and large ones get several. `ray`: arguments of `ray.init`.
    `slurm`: parameters of submitit's executor, and `executor` (slurm or local) and `folder` (for its logs).
    """

    attempts: int = 3
    at_once: int = 500
    cpus: int = 1
    memory_factor: float = 1.0
    gpu_memory: float | None = None
    ray: Mapping[str, Any] = field(default_factory=dict)
    slurm: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("attempts", "at_once", "cpus"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise BadSetting(name, value, "a whole number of at least 1")
        for name in ("memory_factor", "gpu_memory"):
            value = getattr(self, name)
            if value is not None and (type(value) not in (int, float) or value <= 0):
                raise BadSetting(name, value, "a number above 0")
        for name in ("ray", "slurm"):
            if not isinstance(getattr(self, name), Mapping):
                raise BadSetting(name, getattr(self, name), "`key: value` lines")

    @classmethod
    def read(cls, path: str | Path | None) -> FleetSettings:
        """Read a file; raise `FileUnreadable`, `UnknownKey` or `BadSetting`. No file: the defaults."""
        values = {} if path is None else read_yaml(path)
        known = [each.name for each in dataclasses.fields(cls)]
        for key in values:
            if key not in known:
                raise UnknownKey(str(key), known, str(path))
        return cls(**values)


def open_engine(name: str, settings: FleetSettings) -> Engine | None:
    """Start or join the engine `name`; None for `local`: the selection's own process does the work.

    Raises `BadSetting` for another name, and `MissingExtra` when its package is not installed.
    """
    if name == "local":
        return None
    if name == "ray":
        from lit_hf.runtime.fleet.on_ray import RayEngine

        return RayEngine.start(settings.ray)
    if name == "slurm":
        from lit_hf.runtime.fleet.on_slurm import SlurmEngine

        return SlurmEngine.start(settings.slurm)
    raise BadSetting.one_of("engine", name, ENGINES)
