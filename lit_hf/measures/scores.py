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


def r_squared(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return 1 - squared error / squared error of the references' mean; below 0 when the mean is better."""
    around = float(np.square(references - references.mean()).sum())
    return 1 - float(np.square(predictions - references).sum()) / around if around > 0 else float("nan")
