"""Where a race may stop: increments of the code that end inside the shells of the stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lit_hf.tasks import Task


@dataclass(frozen=True)
class Stage:
    """A stop of the race: `labels` are coded, which are `groups`, once the first `shell` inputs are embedded."""

    shell: int
    labels: int
    groups: int


def stages(task: Task) -> list[Stage]:
    """Return the stops, one a shell; increments of the coder do not end where shells do, so coding lags a little."""
    from lit_hf.codes.schedule import increments
    from lit_hf.features import shells

    stops = np.array([stop for _, stop in increments(task.groups)])
    found = list[Stage]()
    for end in shells():
        shell = min(end, task.size)
        embedded = int(np.searchsorted(task.members, shell))
        coded = stops[stops <= embedded]
        if len(coded) and (not found or coded[-1] > found[-1].labels):
            found.append(Stage(shell, int(coded[-1]), int(task.groups[coded[-1] - 1]) + 1))
        if shell == task.size:
            return found
    raise AssertionError("shells have no end")


def inputs_for(task: Task, labels: int) -> int:
    """Return how many inputs to embed for the first `labels`, in whatever order: whole shells, or all."""
    from lit_hf.features import shells

    needed = int(task.members[labels - 1]) + 1
    return min(next(end for end in shells() if end >= needed), task.size)


def labels_of(task: Task, groups: int) -> int:
    """Return how many labels the first `groups` have."""
    return int(np.searchsorted(task.groups, groups))
