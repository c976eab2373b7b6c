"""Experiment trackers, through accelerate: TensorBoard, trackio and Weights & Biases get what a finished job found."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lit_hf.errors import BadSetting, MissingExtra

TRACKERS = ("tensorboard", "trackio", "wandb")
PROJECT = "lit-hf"
"""What the runs of lit-hf are collected under."""


@dataclass(frozen=True)
class Tracked:
    """What a tracker is told of one job.

    `config`: what was asked, plain values. `points`: (labels seen, named values), steps not decreasing.
    """

    run: str
    config: Mapping[str, str | int | float | bool]
    points: Sequence[tuple[int, Mapping[str, float]]] = field(default_factory=tuple)


def require_trackers(names: Sequence[str]) -> None:
    """Raise `BadSetting` for a tracker that is not known, `MissingExtra` for one that is not installed."""
    for name in names:
        if name not in TRACKERS:
            raise BadSetting.one_of("log_with", name, tuple(TRACKERS))
        if importlib.util.find_spec(name) is None:
            raise MissingExtra(name, name)


def track(job: Tracked, names: Sequence[str], folder: str | Path) -> None:
    """Send `job` to the trackers `names`; TensorBoard's event files go below `folder`.

    What trackers print goes to stderr: stdout is for data. Raises what `require_trackers` raises.
    """
    from accelerate import Accelerator

    from lit_hf.runtime.devices import find_place

    require_trackers(names)
    on_cpu = find_place().kind == "cpu"
    with redirect_stdout(sys.stderr):
        accelerator = Accelerator(cpu=on_cpu, log_with=[_tracker(name, job.run, folder) for name in names])
        accelerator.init_trackers(PROJECT, config=dict(job.config))
        for step, values in job.points:
            accelerator.log(dict(values), step=step)
        _end(accelerator, names)


def _tracker(name: str, run: str, folder: str | Path) -> Any:
    """Return accelerate's tracker: the run is a folder in TensorBoard, a name in the project elsewhere."""
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    kind = LOGGER_TYPE_TO_CLASS[name]
    if kind.requires_logging_directory:
        return kind(run, logging_dir=str(folder))
    # The job is over: what the machine does while its numbers are sent is nobody's concern.
    quiet = {"auto_log_gpu": False, "auto_log_cpu": False, "embed": False} if name == "trackio" else {}
    return kind(PROJECT, name=run, **quiet)


def _end(accelerator: Any, names: Sequence[str]) -> None:
    """Close all runs, and nothing else: `end_training` would end the process group, which other processes still use.

    accelerate leaves trackio's run as the current one, which speaks on stdout when Python ends.
    """
    for tracker in accelerator.trackers:
        tracker.finish()
    if "trackio" in names:
        import trackio

        trackio.finish()
