"""What every score does to its arguments first."""

from __future__ import annotations

import numpy as np


def checked(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Features as float64 [N, d], labels renumbered 0..C-1 [N] in their sorted order, and C.

    Raises ValueError when the shapes disagree or a feature is not finite.
    """
    features = np.asarray(features, dtype=np.float64)
    classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
    if features.ndim != 2 or numbers.shape != features.shape[:1]:
        raise ValueError(f"features {features.shape} and labels {numbers.shape}: expected [N, d] and [N]")
    if not np.isfinite(features).all():
        raise ValueError("features hold NaN or infinite values")
    return features, numbers, len(classes)
