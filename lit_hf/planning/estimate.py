"""Seconds and bytes from what is to be done and what the warm-up measured: arithmetic alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lit_hf.planning.warm_up import CoderSpeed, EncoderSpeed
from lit_hf.planning.work import Pass, Unit


def pass_seconds(work: Pass, speed: EncoderSpeed) -> float:
    """Return the seconds of a pass; without anything to embed no weights are loaded."""
    return speed.load + speed.each * work.missing if work.missing else 0.0


def coding_seconds(units: Sequence[Unit], speeds: Mapping[int, CoderSpeed], workers: int) -> float:
    """Return the seconds of all orders on `workers` side by side; `speeds` by the number of columns.

    Each order is taken by the first worker that is free, in the order of the units, as a pool does.
    """
    busy = [0.0] * max(1, workers)
    for unit in units:
        for _ in range(unit.count):
            first = busy.index(min(busy))
            busy[first] += unit.codes * speeds[unit.dim].of(unit.labels)
    return max(busy)
