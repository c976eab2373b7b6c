"""How far to read a list of suspicious labels: what is known of it from labels that were made wrong on purpose.

    depth of q  = N * share of unplanted labels that cost as much as the planted one at quantile q
    bound       = min over eight depths of  share of unplanted labels found / lower Clopper-Pearson limit of planted
                  found, each at 1 - .05 / 8

The bound holds for wrong labels that are as visible as the planted ones: a wrong label that the features find
plausible is in no count. DeLong et al. (1988) for the interval of the area; Clopper and Pearson (1934).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DEPTHS = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)
"""Shares of the unplanted labels, fixed before anything is looked at."""
LEVEL = 0.95


@dataclass(frozen=True)
class Depth:
    """Of one kind of planted errors.

    planted: how many. auc: of finding them among unplanted labels, with its 95 % interval. half, most: rows of the
    list that hold half, and 80 %, of such errors. bound, estimate: the share of wrong labels of this kind, at most and
    about. curve: rows read, and the share found.
    """

    kind: str
    planted: int
    auc: float
    interval: tuple[float, float]
    half: int
    most: int
    bound: float
    estimate: float
    curve: tuple[tuple[int, float], ...]

    @property
    def in_sight(self) -> bool:
        """Whether such errors can be found at all: the interval of the area lies above 0.5."""
        return self.interval[0] > 0.5


def depth_of(kind: str, planted: np.ndarray, clean: np.ndarray) -> Depth:
    """Return how far to read. planted, clean: bits [m] and [n] of planted and unplanted labels, m and n at least 2."""
    total, ranked = len(clean), np.sort(clean)
    area, interval = area_under_curve(planted, clean)
    shares = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    cuts = np.sort(planted)[::-1][np.ceil(shares * len(planted)).astype(int) - 1]
    rows = np.ceil((total - np.searchsorted(ranked, cuts, side="left")) / total * (total + len(planted))).astype(int)
    curve = tuple(zip(np.maximum(rows, 1).tolist(), shares.tolist(), strict=True))
    bound, estimate = share_of_wrong(planted, ranked)
    return Depth(kind, len(planted), area, interval, curve[4][0], curve[7][0], bound, estimate, curve)


def share_of_wrong(planted: np.ndarray, ranked: np.ndarray) -> tuple[float, float]:
    """Return (upper bound, estimate) of the share of wrong labels among unplanted ones; `ranked` bits [n], rising."""
    from scipy.stats import beta

    bounds, estimates, count = [1.0], [1.0], len(planted)
    for share in DEPTHS:
        read = int(np.ceil(share * len(ranked)))
        found = int((planted >= ranked[len(ranked) - read]).sum())
        if found:
            least = float(beta.ppf((1 - LEVEL) / len(DEPTHS), found, count - found + 1))
            bounds.append(read / len(ranked) / least)
            estimates.append(read / len(ranked) / (found / count))
    return min(bounds), min(estimates)


def area_under_curve(planted: np.ndarray, clean: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Return the chance that a planted label costs more than an unplanted one (ties count half), and its interval."""
    from scipy.stats import norm, rankdata

    m, n = len(planted), len(clean)
    ranks = rankdata(np.concatenate([planted, clean]))
    above = (ranks[:m] - rankdata(planted)) / n
    below = 1 - (ranks[m:] - rankdata(clean)) / m
    area = float(above.mean())
    error = float(np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n))
    half = float(norm.ppf(0.5 + LEVEL / 2)) * error
    return area, (max(area - half, 0.0), min(area + half, 1.0))
