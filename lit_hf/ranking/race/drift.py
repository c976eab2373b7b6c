"""How much the gaps of a field drift as labels come, measured in the race itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.ranking.race.rules import LEAST_DRIFT, LEAST_PAIRS, NEAR, NOISE_DRIFT, Rules

SEEN = 0.67
"""What D sees of q^2 when gaps are Brownian in log2 n: the variance of the difference of the two windows' means.

0.6690: tests/ranking/race/test_drift.py computes it.
"""


@dataclass(frozen=True)
class Drift:
    """`measured`: D [(bits per label)^2 per doubling], as it is measured, or the square of an assumed q.

    `pairs`: of how many pairs; `gaps`: how many of their gaps are independent, one less than the candidates.
    `assumed`: too few pairs were ever near each other. `corrected`: as in `Rules`.
    """

    measured: float
    pairs: int
    gaps: int
    assumed: bool = False
    corrected: bool = True

    @property
    def per_doubling(self) -> float:
        """Return the drift [bits per label and square root of a doubling], 0 where the noise explains all of it."""
        seen = SEEN if self.corrected and not self.assumed else 1.0
        return float(np.sqrt(max(self.measured, 0.0) / seen))

    def square(self, variance: float) -> float:
        """Return q^2 = max(q0^2 + kappa^2 v, D / 0.67) for a pair whose difference has `variance` v per group."""
        return max(LEAST_DRIFT**2 + NOISE_DRIFT**2 * variance, self.per_doubling**2)


def assumed(rules: Rules) -> Drift:
    """Return the drift of a field that has never had three pairs near each other."""
    return Drift(rules.assumed**2, 0, 0, assumed=True, corrected=rules.corrected)


def measure(rows: np.ndarray, rules: Rules) -> Drift | None:
    """Return the drift of a field from the losses `rows` [M, n] of those still in it; None with fewer than 3 pairs.

    D is the mean, over the pairs whose gap is less than 0.3 (mean of both windows), of (g over the last half - g over
    the quarter before)^2 less the sampling variances of both. It may come out below 0.
    """
    n = rows.shape[1]
    means, variances = zip(*(_window(part) for part in (rows[:, n // 4 : n // 2], rows[:, n // 2 :])), strict=True)
    moved = (means[1] - means[0]) ** 2 - variances[0] - variances[1]
    first, second = np.triu_indices(len(rows), 1)
    near = np.abs(means[0] + means[1])[first, second] / 2 < NEAR
    if near.sum() < LEAST_PAIRS:
        return None
    return Drift(float(moved[first, second][near].mean()), int(near.sum()), len(rows) - 1, corrected=rules.corrected)


def _window(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean gap of each pair over a window of losses [M, t], and its sampling variance: both [M, M]."""
    mean, covariance = part.mean(axis=1), np.atleast_2d(np.cov(part))
    own = np.diag(covariance)
    return mean[:, None] - mean, (own[:, None] + own - 2 * covariance) / part.shape[1]
