"""H-score with a shrunk covariance."""

from __future__ import annotations

import numpy as np

from lit_hf.ranking.other_scores.inputs import checked


def hscore(features: np.ndarray, labels: np.ndarray) -> float:
    """Between-class variance of the features in units of their (shrunk) covariance.

        H = tr( S_a^-1 (1 - a) B ),   S_a = (1 - a) S + a tr(S) / d I,   B = sum_c N_c m_c m_c^T / (N - 1)

    with S [d, d] the covariance (divided by N) of the centred features, m_c the mean of class c after centring, and the
    shrinkage a of Ledoit and Wolf. Unit: none; between 0 and about C - 1. Higher is better. NaN with fewer than two
    classes or three examples. Limits: it grows with d at equal information, so widths are not comparable; the mixed
    divisors N and N - 1 are those of the authors.

    Reference: Ibrahim, Ponomareva, Mazumder, "Newer is not always better: rethinking transferability metrics, their
    peculiarities, stability and performance", ECML-PKDD 2022, arXiv 2110.06893; H-score: Bao et al. 2019.
    """
    x, y, classes = checked(features, labels)
    if classes < 2 or len(y) < 3:
        return float("nan")
    from scipy.linalg import pinvh
    from sklearn.covariance import ledoit_wolf

    x = x - x.mean(axis=0)
    covariance, shrinkage = ledoit_wolf(x, assume_centered=True)
    counts = np.bincount(y)
    means = np.eye(classes)[y].T @ x / counts[:, None]
    weighted = means * np.sqrt(counts / (len(y) - 1))[:, None]
    # The pseudo-inverse, not a solve: constant features leave the covariance singular even after shrinkage.
    return float((1 - shrinkage) * np.sum((weighted @ pinvh(covariance, rtol=1e-15)) * weighted))
