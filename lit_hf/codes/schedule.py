"""When the coder learns: the increments of a stream, a function of the position alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

FIRST = 8  # labels coded by the prior: they fix the scale of the features
SINGLE_UNTIL = 16
GROWTH = 0.15
MARKS = (100, 500, 2000)  # budgets of labels that are reported: increments end there


def increments(groups: np.ndarray, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield [start, stop) positions that cover the stream from `start`; `groups` [N] (non-decreasing) are never cut.

    The ends do not depend on N: a longer stream has the same increments, but for the last one of the shorter.
    """
    n = len(groups)
    ends = np.flatnonzero(np.append(np.diff(groups), 1)) + 1
    while start < n:
        stop = int(ends[np.searchsorted(ends, min(_next(start), n))])
        yield start, stop
        start = stop


def _next(start: int) -> int:
    """Return where the increment that begins at `start` ends, but for the groups."""
    if start < FIRST:
        return FIRST
    size = 1 if start < SINGLE_UNTIL else max(1, int(GROWTH * start))
    later = [mark for mark in MARKS if start < mark < start + size]
    return later[0] if later else start + size
