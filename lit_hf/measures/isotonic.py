"""The learning curve as a falling function of the labels seen: block means over orders, regressed to never rise.

Single losses are no curve: (l_i - eps)_+ of each label is biased up by its noise. So losses are averaged over orders
and in blocks, then made monotone by pooling adjacent violators. Ayer et al. (1955), "An empirical distribution
function for sampling with incomplete information".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.measures.learning_curve import block_means, coarse_edges


@dataclass(frozen=True)
class Isotonic:
    """A falling learning curve. edges: int [B + 1] labels; losses: float64 [B], bits per label in each block."""

    edges: np.ndarray
    losses: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Labels of each block, [B]."""
        return np.diff(self.edges)

    @property
    def labels(self) -> int:
        """Labels of the stream."""
        return int(self.edges[-1])


def isotonic_curve(bits: np.ndarray, edges: np.ndarray) -> Isotonic:
    """Return the falling curve of `bits` [R, N] by position; `edges` [I + 1]: the increments. Its sum is the
    codelength.
    """
    coarse = coarse_edges(edges)
    return Isotonic(coarse, never_rising(block_means(bits, coarse), np.diff(coarse)))


def never_rising(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the non-increasing sequence [B] nearest to `values` [B] in weighted least squares; the weighted sum
    stays.
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, blocks
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-1][0] > pools[-2][0]:
            (a, u, m), (b, v, n) = pools[-2], pools[-1]
            pools[-2:] = [((u * a + v * b) / (u + v), u + v, m + n)]
    return np.repeat([mean for mean, _, _ in pools], [blocks for _, _, blocks in pools])


def reached(curve: Isotonic, level: float) -> int | None:
    """Return how many labels were learned when the curve first is at `level` bits per label or below, None if never."""
    below = np.flatnonzero(curve.losses <= level + 1e-12)
    return int(curve.edges[below[0]]) if len(below) else None
