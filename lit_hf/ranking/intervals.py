"""Which checkpoints can be told apart, and the ranks that leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor, sqrt

import numpy as np

from lit_hf.measures.intervals import FLOOR, Interval, interval


@dataclass(frozen=True)
class Comparison:
    """Checkpoint `a` against `b` (indices): bits of a minus bits of b, and whether that differs from 0 after Holm."""

    a: int
    b: int
    interval: Interval
    separable: bool

    @property
    def better(self) -> int:
        """The one with the shorter code."""
        return self.a if self.interval.estimate < 0 else self.b


def compare_all(bits: np.ndarray, level: float = 0.95, order: np.ndarray | None = None) -> list[Comparison]:
    """All paired tests among M checkpoints, Holm-corrected, so that a false separation anywhere has chance 1 - level.

    `bits` [M, R, G]: what group g cost checkpoint m in order r; `order` [R, G] as in
    `lit_hf.measures.intervals.interval`. The interval of each comparison is the uncorrected one.
    """
    pairs = list(combinations(range(len(bits)), 2))
    intervals = [interval(bits[a] - bits[b], order, level=level) for a, b in pairs]
    separable = holm([found.p for found in intervals], 1 - level)
    return [Comparison(a, b, i, s) for (a, b), i, s in zip(pairs, intervals, separable, strict=True)]


def holm(p_values: Sequence[float], alpha: float) -> list[bool]:
    """Which hypotheses are rejected at family-wise error `alpha`; NaN never is. Reference: Holm 1979."""
    rejected = [False] * len(p_values)
    ordered = [1.0 if p != p else p for p in p_values]
    for step, index in enumerate(np.argsort(ordered, kind="stable")):
        if ordered[index] > alpha / (len(p_values) - step):
            break
        rejected[index] = True
    return rejected


def beaten_by(comparisons: Sequence[Comparison], count: int) -> list[set[int]]:
    """For each of `count` checkpoints, those with a code that is separably shorter."""
    sets: list[set[int]] = [set() for _ in range(count)]
    for c in comparisons:
        if c.separable:
            sets[c.a + c.b - c.better].add(c.better)
    return sets


def rank_intervals(beaten: Sequence[set[int]]) -> list[tuple[int, int]]:
    """Lowest and highest rank (1 = best) of each: behind all that beat it, ahead of all that it beats.

    "Cannot be told apart" is not transitive, so ranks are intervals and not shared places.
    """
    count = len(beaten)
    return [(1 + len(beaten[m]), count - sum(m in other for other in beaten)) for m in range(count)]


def ties_with_best(totals: Sequence[float], beaten: Sequence[set[int]]) -> list[int]:
    """The checkpoint with the shortest code, and those that it does not separably beat, best first."""
    by_total = sorted(range(len(totals)), key=lambda m: totals[m])
    return [m for m in by_total if by_total[0] not in beaten[m]]


def labels_to_separate(
    difference: np.ndarray, pairs: int, level: float = 0.95, order: np.ndarray | None = None
) -> int | None:
    """How many more groups would separate two checkpoints, if the gap stays what it was over the last half.

    `difference` [R, G] as in `lit_hf.measures.intervals.interval`; `pairs`: how many tests the level is shared by
    (Bonferroni). With e the total, g and v the mean and variance of a group over the last half: the least x >= 0 with
    |e + g x| >= z sqrt(V + v x), and more than one bit, which is the arithmetic of a code. An extrapolation, for
    planning; 0 when separable now, None when the gap of the last half does not favour the leader.
    """
    from scipy.stats import norm

    now = interval(difference, order, level=level)
    late = _late_half(difference, order)
    lead, gap = abs(now.estimate), float(np.sign(now.estimate) * late.mean())
    squared = float(norm.isf((1 - level) / 2 / pairs)) ** 2
    constant = lead**2 - squared * now.variance
    if constant >= 0 and lead > FLOOR:
        return 0
    if gap <= 0:
        return None
    least = max(0, floor((FLOOR - lead) / gap) + 1)
    if constant >= 0:
        return least
    linear = 2 * lead * gap - squared * float(late.var())
    return max(least, ceil((-linear + sqrt(linear**2 - 4 * gap**2 * constant)) / (2 * gap**2)))


def _late_half(difference: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    """Differences of the groups in the second half of the positions, [R, G - G // 2]."""
    half = difference.shape[1] // 2
    return difference[:, half:] if order is None else np.take_along_axis(difference, order[:, half:], axis=1)
