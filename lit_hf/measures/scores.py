"""How good predictions of held-out labels are, in the units that people know; none of it enters a codelength."""

from __future__ import annotations

import numpy as np


def accuracy(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return the share of `predictions` int [M] that equal `references` int [M], between 0 and 1."""
    return float((predictions == references).mean())


def micro_f1(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return F1 of all answers to all questions together, both [M, L] of 0 and 1; 0 when nothing is found or right."""
    both = float((predictions.ravel() & references.ravel()).sum())
    return 2 * both / max(float(predictions.sum() + references.sum()), 1.0)


def rmse(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return the root of the mean squared difference of `predictions` and `references`, floats [M]."""
    return float(np.sqrt(np.square(predictions - references).mean()))


def error_of_mean(values: np.ndarray, groups: np.ndarray) -> float | None:
    """Return the standard error of the mean of `values` [M], those of one of `groups` int [M] adding up; None for one.

        sqrt(G / (G - 1) sum_g (sum_{i in g} (v_i - mean))^2) / M

    With each value in a group of its own it is their deviation over sqrt(M). Liang and Zeger (1986).
    """
    sums = np.bincount(np.unique(groups, return_inverse=True)[1], weights=values - np.mean(values))
    if len(sums) < 2:
        return None
    return float(np.sqrt(len(sums) / (len(sums) - 1) * np.square(sums).sum()) / len(values))


def error_of_ratio(above: np.ndarray, below: np.ndarray, groups: np.ndarray) -> float | None:
    """Return the standard error of sum(above) / sum(below), both [M], to first order; None for 0 / 0."""
    mean = float(np.mean(below))
    return error_of_mean((above - above.sum() / below.sum() * below) / mean, groups) if mean else None


def r_squared(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return 1 - squared error / squared error of the references' mean; below 0 when the mean is better."""
    around = float(np.square(references - references.mean()).sum())
    return 1 - float(np.square(predictions - references).sum()) / around if around > 0 else float("nan")
