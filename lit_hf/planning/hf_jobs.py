"""The command that runs the same job on the Hub's machines, for those who have no cluster."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from lit_hf._version import __version__
from lit_hf.runtime.fleet.needs import GPU_CONTEXT, coder_bytes, forward_bytes, weight_bytes

FLAVORS = (
    ("t4-small", 16), ("l4x1", 24), ("l40sx1", 48), ("a100-large", 80), ("h200", 141),
)  # fmt: skip
"""Machines with one GPU (`hf jobs hardware`), by the GB of its memory, smallest first."""
IMAGE = "python:3.12"
ACCELERATOR_TOKENS = 32_768
"""Tokens of a batch on a GPU, as `lit_hf.encoders.batching` has it."""
SPARE, LEAST_HOURS = 3, 1
"""The time limit is so many times the estimate of this machine, which is slower than a GPU; in hours, at least one."""


def flavor_for(parameters: int, width: int, dtype: str, labels: int) -> str:
    """Return the smallest machine whose GPU holds an encoder with its batch and the coder; the largest, if none."""
    batch = forward_bytes(width, ACCELERATOR_TOKENS, dtype)
    asked = GPU_CONTEXT + weight_bytes(parameters, dtype) + batch + coder_bytes(width, labels)
    return next((name for name, size in FLAVORS if asked <= size * 1e9), FLAVORS[-1][0])


def hf_jobs_command(arguments: Sequence[str], flavor: str, seconds: float | None, bucket: str) -> str:
    """Return `hf jobs run ...` that runs `lit-hf` with `arguments`, its cache in a bucket.

    Paths of this machine among the arguments are mounted. The cache is content-addressed: a Job that is run again goes
    on where the last one stopped, and several Jobs may share the bucket.
    """
    hours = max(LEAST_HOURS, round(SPARE * (seconds or 0) / 3600))
    mounts, inside = _mounts(_at_home_there(arguments))
    install, source = _source()
    volumes = [*source, *mounts, f"hf://buckets/{bucket}:/cache"]
    run = shlex.join(["lit-hf", *inside])
    parts = ["hf", "jobs", "run", "--flavor", flavor, "--timeout", f"{hours}h", "--attempts", "3"]
    parts += ["--secrets", "HF_TOKEN", "--env", "LIT_HF_CACHE=/cache"]
    parts += [part for volume in volumes for part in ("--volume", volume)]
    return shlex.join([*parts, IMAGE, "bash", "-c", f"pip install -q {install} && {run}"])


OF_THIS_MACHINE = ("--cache-dir", "--engine", "--engine-config", "--num-processes")
OUTPUT = ("--output", "-o")


def _at_home_there(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without what is meant for this machine; what is written goes beside the cache."""
    kept, words = list[str](), iter(arguments)
    for word in words:
        name, given, _ = word.partition("=")
        if name in OF_THIS_MACHINE + OUTPUT:
            if not given:
                next(words, None)
            kept += ["--output", "/cache/output"] if name in OUTPUT else []
        else:
            kept.append(word)
    return kept


def _mounts(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return volumes for the local paths among `arguments`, and the arguments with the paths they have there."""
    mounts, inside = list[str](), list[str]()
    for argument in arguments:
        path = Path(argument).expanduser()
        if argument.startswith("-") or not path.exists():
            inside.append(argument)
            continue
        folder, place = (path.resolve().parent, path.name) if path.is_file() else (path.resolve(), "")
        where = f"/inputs/{len(mounts)}"
        mounts.append(f"{folder}:{where}")
        inside.append(f"{where}/{place}".rstrip("/"))
    return mounts, inside


def _source() -> tuple[str, list[str]]:
    """Return what pip installs, and the volume that it is in: this checkout if it is one, else the release."""
    root = Path(__file__).parents[2]
    if (root / "pyproject.toml").is_file():
        return "-c /source/constraints.txt /source", [f"{root}:/source"]
    return f"lit-hf=={__version__}", []
