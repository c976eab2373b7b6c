"""How far two scores agree on the order of checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np


def kendall(a: Sequence[float], b: Sequence[float]) -> float:
    """Kendall's tau-b of two scores of the same checkpoints, in [-1, 1]; ties are allowed for.

    Checkpoints where either score is NaN are left out; NaN with fewer than two left, or when one score is constant.
    Reference: Kendall 1945.
    """
    from scipy.stats import kendalltau

    x, y = _complete(a, b)
    return float(kendalltau(x, y).statistic) if len(x) > 1 else float("nan")


def weighted_kendall(a: Sequence[float], b: Sequence[float]) -> float:
    """Kendall's tau with hyperbolic weights: an exchange near the top counts more, in [-1, 1].

    An exchange of ranks r and s weighs 1/(r+1) + 1/(s+1); the mean over ranking by `a` and ranking by `b`, so it is
    symmetric. NaN as in `kendall`. Reference: Vigna, "A weighted correlation index for rankings with ties", WWW 2015.
    """
    from scipy.stats import weightedtau

    x, y = _complete(a, b)
    return float(weightedtau(x, y).statistic) if len(x) > 1 else float("nan")


def top1_regret(scores: Sequence[float], truth: Sequence[float]) -> float:
    """What is lost by taking the checkpoint with the best score: best truth minus its truth, in the unit of `truth`.

    Equal best scores: the mean over them. NaN scores are never taken; NaN when nothing is left.
    """
    x, y = _complete(scores, truth)
    return float(y.max() - y[x == x.max()].mean()) if len(x) else float("nan")


def agreement_table(scores: Mapping[str, Sequence[float]]) -> dict[tuple[str, str], float]:
    """Kendall's tau-b for each pair of named scores, higher being better in all of them."""
    return {(a, b): kendall(scores[a], scores[b]) for a, b in combinations(scores, 2)}


def _complete(a: Sequence[float], b: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"scores of shapes {x.shape} and {y.shape}: expected two of one length")
    kept = ~(np.isnan(x) | np.isnan(y))
    return x[kept], y[kept]
