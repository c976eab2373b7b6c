"""LogME: log of the maximum evidence of a Bayesian linear model."""

from __future__ import annotations

import numpy as np

from lit_hf.ranking.other_scores.inputs import checked

GRID = np.linspace(-14.0, 14.0, 113)  # log10 of the ratio of precisions, relative to the largest squared singular value


def logme(features: np.ndarray, labels: np.ndarray) -> float:
    """Mean over classes and examples of the largest log evidence of a Gaussian linear model of the 0/1 labels.

    For each class, y [N] is 1 on its members and 0 elsewhere, y ~ N(F w, I / beta), w ~ N(0, I / alpha), F [N, d]:

        LogME = mean over classes of  max over alpha, beta of  log p(y | F, alpha, beta) / N

    Unit: nats per example and class, of a *density*: as published, and good for ordering only. Higher is better.
    Features are neither centred nor scaled, and the labels are not centred, as published. NaN with fewer than two
    classes.

    The published fixed point in (alpha, beta) is replaced by an exact search: given the ratio t = alpha / beta the best
    beta is N / Q(t), with Q(t) = |y - Py|^2 + sum_i p_i t / (t + s_i), s_i the squared singular values of F and p_i the
    squared coordinates of y on its left singular vectors, so the evidence is a function of one variable. For d > N the
    sum over singular values has min(N, d) terms, which is exact; implementations that keep d / 2 log(alpha) are off.

    Reference: You, Liu, Wang, Long, "LogME: Practical Assessment of Pre-trained Models for Transfer Learning",
    ICML 2021, arXiv 2102.11005.
    """
    x, y, classes = checked(features, labels)
    if classes < 2:
        return float("nan")
    left, singular, _ = np.linalg.svd(x, full_matrices=False)
    targets = np.eye(classes)[y]
    power = (left.T @ targets) ** 2
    rest = np.maximum(targets.sum(axis=0) - power.sum(axis=0), 0.0)
    squares = singular**2
    return float(np.mean([_best_evidence(squares, power[:, c], rest[c], len(y)) for c in range(classes)]) / len(y))


def _best_evidence(squares: np.ndarray, power: np.ndarray, rest: float, n: int) -> float:
    """Largest log evidence over the ratio of precisions: a grid finds the basin, a bounded search its top."""
    from scipy.optimize import minimize_scalar

    scale = max(float(squares.max(initial=0.0)), np.finfo(float).tiny)

    def loss(exponent: float) -> float:
        return -_evidence(scale * 10.0**exponent, squares, power, rest, n)

    best = float(GRID[int(np.argmin([loss(exponent) for exponent in GRID]))])
    step = float(GRID[1] - GRID[0])
    found = minimize_scalar(loss, bounds=(best - step, best + step), method="bounded", options={"xatol": 1e-8})
    return float(-min(found.fun, loss(best)))


def _evidence(ratio: float, squares: np.ndarray, power: np.ndarray, rest: float, n: int) -> float:
    """Log evidence at this alpha / beta and at the best beta for it."""
    shrink = ratio / (ratio + squares)
    misfit = max(rest + float(power @ shrink), np.finfo(float).tiny)
    return 0.5 * (n * np.log(n / misfit) - n + float(np.log(shrink).sum()) - n * np.log(2 * np.pi))
