"""NLEEP: expected empirical prediction from Gaussian clusters of the features."""

from __future__ import annotations

import numpy as np

from lit_hf.ranking.other_scores.inputs import checked

ENERGY = 0.8  # share of the variance kept by the principal components, as in the published code
PER_CLASS = 5  # Gaussian components per class, as published


def nleep(features: np.ndarray, labels: np.ndarray) -> float:
    """Mean log-likelihood of the labels given soft clusters of the features.

        NLEEP = 1/N sum_i log sum_v p(y_i | v) p(v | x_i),   p(y | v) = sum_{i: y_i = y} p(v | x_i) / sum_i p(v | x_i)

    with p(v | x) the responsibilities of a Gaussian mixture of 5 C full-covariance components, fitted to the principal
    components that hold 80 % of the variance. Unit: nats per label, as published; at most 0; higher is better.
    The scale of the features changes nothing: components are divided by the root of their mean square.
    The labels it scores are the labels it counts: it is no codelength, and it overfits when 5 C is not far below N.
    NaN with fewer than two classes or fewer than two examples a component. The mixture starts from a fixed seed.

    Reference: Li et al., "Ranking Neural Checkpoints", CVPR 2021, arXiv 2011.11200.
    """
    x, y, classes = checked(features, labels)
    components = PER_CLASS * classes
    if classes < 2 or len(y) < 2 * components:
        return float("nan")
    return likelihood(_responsibilities(x, components), y)


def likelihood(responsibilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean log (natural) expected empirical prediction, given p(v | x) [N, V] and labels 0..C-1 [N]."""
    joint = np.eye(int(labels.max()) + 1)[labels].T @ responsibilities
    conditional = joint / np.maximum(joint.sum(axis=0, keepdims=True), np.finfo(float).tiny)
    return float(np.mean(np.log(np.sum(conditional[labels] * responsibilities, axis=1))))


def _responsibilities(features: np.ndarray, components: int) -> np.ndarray:
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    if not np.ptp(features, axis=0).any():
        return np.full((len(features), components), 1 / components)
    reduced = PCA(n_components=ENERGY, svd_solver="full").fit_transform(features)
    reduced /= np.sqrt(np.mean(reduced**2))  # sklearn adds 1e-6 to variances, whatever the scale
    return GaussianMixture(components, random_state=0).fit(reduced).predict_proba(reduced)
