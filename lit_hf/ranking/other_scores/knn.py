"""Leave-one-out nearest neighbours."""

from __future__ import annotations

import numpy as np

from lit_hf.ranking.other_scores.inputs import checked

NEIGHBOURS = 3
ROWS = 1024  # rows of the distance matrix held at once


def knn(features: np.ndarray, labels: np.ndarray) -> float:
    """Share of examples whose 3 nearest others (Euclidean), by majority, have their label.

    Unit: accuracy, 0 to 1 (micro-averaged F1 is the same number); higher is better. A tie of votes goes to the
    smallest label.
    NaN with fewer than two classes or four examples. Limits: copies of an input find each other, so a dataset with
    duplicates is flattered; the metric depends on the scale of each feature.

    Reference: as a ranking score, Garbas, Ploner, Akbik, "TransformerRanker", 2024, arXiv 2409.05997.
    """
    x, y, classes = checked(features, labels)
    if classes < 2 or len(y) < NEIGHBOURS + 1:
        return float("nan")
    return float(np.mean(_votes(_nearest(x), y, classes) == y))


def _nearest(x: np.ndarray) -> np.ndarray:
    """Indices [N, 3] of the nearest other rows, in no order."""
    squares = np.einsum("nd,nd->n", x, x)
    found = np.empty((len(x), NEIGHBOURS), dtype=np.int64)
    for start in range(0, len(x), ROWS):
        rows = np.arange(start, min(start + ROWS, len(x)))
        distances = squares - 2 * x[rows] @ x.T  # less the row's own square, which orders nothing
        distances[rows - start, rows] = np.inf
        found[rows] = np.argpartition(distances, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
    return found


def _votes(neighbours: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    counts = np.zeros((len(labels), classes), dtype=np.int64)
    for column in labels[neighbours].T:
        counts[np.arange(len(labels)), column] += 1
    return counts.argmax(axis=1)
