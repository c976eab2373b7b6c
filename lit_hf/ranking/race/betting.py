"""A lower limit of a mean by betting, and what it proves of a race under the assumption that gaps shrink slowly.

A (no late bloomer): from the middle of the window on, a gap shrinks by at most s bits per label and doubling,
s being the larger of 0.02 and twice the drift measured in the race.
"""

from __future__ import annotations

from math import log, pi, sqrt

import numpy as np

from lit_hf.ranking.race.drift import Drift

LEAST_SHRINKAGE = 0.02
MIDDLE = 0.44
"""Doublings from the middle of the window (n/2, n] to n: the mean of log2(n / i) over it, 1 / ln 2 - 1."""
ROOM = 0.5
"""Gaps are tested up to so many bits above the one seen before the window; further ones need no tighter limit."""
SAFE = 0.95
"""Share of the largest wager that keeps a player solvent."""


def lower_limit(window: np.ndarray, before: np.ndarray, bound: float, alpha: float) -> float:
    """Lower limit, at level 1 - alpha, of the mean of differences that are at least -`bound`, over the whole `window`.

    A player who starts with 1 and wagers r on each x_i of the window exceeding the gap g has prod (1 + r (x_i - g)),
    which stays positive when r < 1 / (bound + g) and is a supermartingale's end, of mean at most 1, when the mean of
    the x's conditional means is at most g: by the inequality of means this holds for a mean that moves along any fixed
    curve, but only with one r for the whole window. So r depends on `before` alone, the groups before the window. A
    wager that looks at a group's own predictions is not valid: it is smaller exactly where a loss is large.

    Returns the largest g up to `before`'s mean + 0.5 at which the player has 1 / alpha; -bound where there is none.
    Reference: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 2024.
    """
    top = min(max(float(before.mean()), 0.0) + ROOM, bound)
    spread = max(float(before.var()), 1e-6)
    need = log(1 / alpha)
    wager = min(sqrt(2 * need / (len(window) * spread)), SAFE / (bound + top))

    def rich(gap: float) -> bool:
        return float(np.log1p(wager * (window - gap)).sum()) >= need

    if rich(top):
        return top
    low, high = -bound, top
    if not rich(low):
        return -bound
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rich(middle) else (low, middle)
    return low


def shrinkage(drift: Drift) -> float:
    """Return s of assumption A [bits per label and doubling]."""
    return max(LEAST_SHRINKAGE, 2 * drift.per_doubling)


def margin(behind: np.ndarray, ahead: np.ndarray, total: int, bound: float, alpha: float, drift: Drift) -> float:
    """Return by how much `behind` ends behind `ahead` at least, under A, with chance 1 - alpha [bits per label].

    (G + sum over n < i <= N of [g - s (log2(i / n) + 0.44)] - z sqrt((N - n) v)) / N, g the lower limit over the last
    half; `alpha` is shared equally by g and z (normal). Losses [n] of both, bounded by `bound`.
    """
    from scipy.special import ndtri

    difference, n = behind - ahead, len(behind)
    window, left = difference[n // 2 :], total - n
    if left == 0:
        return float(difference.sum()) / total
    low = lower_limit(window, difference[n // 4 : n // 2], bound, alpha / 2)
    doublings = float((np.log2(np.arange(n + 1, total + 1) / n) + MIDDLE).sum())
    noise = -float(ndtri(alpha / 2)) * sqrt(left * float(window.var()))
    return (float(difference.sum()) + left * low - shrinkage(drift) * doublings - noise) / total


def stage_level(level: float, test: int, candidates: int) -> float:
    """Share of `level` for one ordered pair at the `test`-th stop (from 1): they sum to it over pairs and stops."""
    return level * 6 / (pi**2 * test**2) / (candidates * (candidates - 1))
