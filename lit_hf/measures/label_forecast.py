"""What the next labels buy: bits per label, or the error rate, one and two doublings beyond the labels that are there.

    y(n) = c + a n^-b   or   y(n) = c + a exp(-n / s)   or   y(n) = c,   a, c >= 0

A Bayes mixture of these three families, a third of the prior each: the grids of (b, c) and of (s, c) have even weights,
a, and the c of a flat curve, are by least squares. Without the third family a curve that has ended would be forecast to
fall. Members are weighted by the likelihood of the block means, whose deviation is that of sampling and of a misfit of
6 % (error rates: 8 %) of the value for each doubling from a block to the end of the curve. Median and 80 % band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEAST_LABELS = 500
DOUBLINGS, BLOCKS = 4, 2  # of the curve that are looked at; block means in each
MISFIT_BITS, MISFIT_ERRORS = 0.06, 0.08
POWERS = np.linspace(0.05, 1.5, 30)
SCALES = np.geomspace(0.1, 5.0, 20)  # of the exponential, in shares of the labels that are there
FLOORS = np.linspace(0.0, 1.0, 41)  # c, in shares of the least block mean
BAND = 0.8


@dataclass(frozen=True)
class Forecast:
    """A forecast at `labels` labels: `median` and the limits of the 80 % band, in the unit of what was forecast."""

    labels: int
    median: float
    low: float
    high: float


def block_means(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return middles, means and standard errors of the last four doublings' blocks of `values` [R, N], by position.

    The standard error of a block is over its positions, each the mean over orders, and at least 1 / n, that of one
    error among n: none seen among n is not none. Raises ValueError below 500 labels.
    """
    count = values.shape[1]
    if count < LEAST_LABELS:
        raise ValueError(f"{count} labels; a forecast needs at least {LEAST_LABELS}")
    edges = np.round(count * 2.0 ** (-np.arange(DOUBLINGS * BLOCKS, -1, -1) / BLOCKS)).astype(int)
    along = values.mean(0)
    parts = [along[low:high] for low, high in pairwise(edges)]
    errors = [max(each.std(ddof=1) / np.sqrt(len(each)), 1 / len(each)) for each in parts]
    return np.sqrt(edges[:-1] * edges[1:]), np.array([each.mean() for each in parts]), np.array(errors)


def forecast(values: np.ndarray, labels: int, misfit: float) -> Forecast:
    """Return the forecast of the mean of `values` [R, N] (bits, or errors 0 and 1) about label `labels`, at most 4 N.

    Raises ValueError below 500 labels, or where more is asked for than four times the labels.
    """
    count = values.shape[1]
    if not count < labels <= 4 * count:
        raise ValueError(f"a forecast goes to four times the {count} labels, not to {labels}")
    middles, means, errors = block_means(values)
    noise = np.sqrt(errors**2 + (misfit * means * np.log2(count / middles).clip(1)) ** 2) + 1e-9
    power = [((middles / count) ** -b, (labels / count) ** -b) for b in POWERS]
    falling = [(np.exp(-middles / count / s), float(np.exp(-labels / count / s))) for s in SCALES]
    floors = FLOORS * means.min()
    families = [_fits(power, floors, means, noise), _fits(falling, floors, means, noise)]
    families.append(_fits([(np.ones_like(means), 1.0)], np.zeros(1), means, noise))
    centres = np.concatenate([each[0] for each in families])
    logs = np.concatenate([each[1] - np.log(len(each[1])) for each in families])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    spread = np.sqrt((misfit * centres * np.log2(labels / count)) ** 2 + errors[-1] ** 2) + 1e-12
    low, median, high = (_quantile(centres, spread, weights, share) for share in (0.5 - BAND / 2, 0.5, 0.5 + BAND / 2))
    return Forecast(labels, median, low, high)


def _fits(
    shapes: Sequence[tuple[np.ndarray, float]], floors: np.ndarray, means: np.ndarray, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what each member of a family's grid forecasts, and its log likelihood in nats."""
    seen = np.stack([each for each, _ in shapes])[:, None]
    ahead = np.array([each for _, each in shapes])[:, None]
    above = means - floors[:, None]
    scale = ((seen * above / noise**2).sum(-1) / (seen**2 / noise**2).sum(-1)).clip(0)
    logs = -0.5 * (((above - scale[..., None] * seen) / noise) ** 2).sum(-1)
    return (floors + scale * ahead).ravel(), logs.ravel()


def _quantile(centres: np.ndarray, spread: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Return the quantile of a mixture of normal distributions; no value is below 0."""
    from scipy.stats import norm

    low, high = float((centres - 8 * spread).min()), float((centres + 8 * spread).max())
    for _ in range(60):
        middle = (low + high) / 2
        below = float(weights @ norm.cdf((middle - centres) / spread))
        low, high = (middle, high) if below < share else (low, middle)
    return max((low + high) / 2, 0.0)
