"""Rivals equal their published definitions; controls and invariances."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.ranking.other_scores import NAMES, other_score
from lit_hf.ranking.other_scores.hscore import hscore
from lit_hf.ranking.other_scores.knn import knn
from lit_hf.ranking.other_scores.linear_probe import linear_probe
from lit_hf.ranking.other_scores.logme import logme
from lit_hf.ranking.other_scores.nleep import likelihood, nleep


def blobs(
    n: int = 300, d: int = 8, classes: int = 3, signal: float = 1.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian classes whose means are `signal` standard deviations wide."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(n) % classes)
    means = signal * generator.standard_normal((classes, d))
    return means[labels] + generator.standard_normal((n, d)), labels


@pytest.mark.parametrize(("n", "d"), [(30, 4), (30, 60)])
def test_logme_is_the_maximum_of_the_dense_evidence(n: int, d: int) -> None:
    from scipy.optimize import minimize
    from scipy.stats import multivariate_normal

    x, y = blobs(n, d, classes=2)

    def loss(log_precisions: np.ndarray, target: np.ndarray) -> float:
        alpha, beta = np.exp(np.clip(log_precisions, -30, 30))
        return -multivariate_normal.logpdf(target, cov=np.eye(n) / beta + x @ x.T / alpha)

    best = []
    for c in range(2):
        starts = [(0.0, 0.0), (3.0, 1.0), (-2.0, 3.0)]
        target = (y == c).astype(float)
        found = [minimize(loss, s, (target,), "Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}) for s in starts]
        best.append(-min(f.fun for f in found) / n)
    assert logme(x, y) == pytest.approx(np.mean(best), abs=1e-6)


def test_hscore_equals_its_formula_with_scikit_learn_shrinkage() -> None:
    from sklearn.covariance import ledoit_wolf

    x, y = blobs(60, 5)
    covariance, shrinkage = ledoit_wolf(x)
    z = x - x.mean(0)
    between = sum((y == c).sum() * np.outer(z[y == c].mean(0), z[y == c].mean(0)) for c in range(3)) / 59
    assert hscore(x, y) == pytest.approx(np.trace(np.linalg.inv(covariance) @ ((1 - shrinkage) * between)))


def test_knn_equals_a_loop() -> None:
    x, y = blobs(80, 3)
    hits = 0
    for i in range(80):
        distances = np.linalg.norm(x - x[i], axis=1)
        distances[i] = np.inf
        hits += np.bincount(y[np.argsort(distances)[:3]]).argmax() == y[i]
    assert knn(x, y) == hits / 80


def test_nleep_likelihood_equals_a_loop() -> None:
    generator = np.random.default_rng(1)
    r = generator.dirichlet(np.ones(4), size=20)
    y = np.arange(20) % 3
    total = 0.0
    for i in range(20):
        total += np.log(sum(r[i, v] * r[y == y[i], v].sum() / r[:, v].sum() for v in range(4)))
    assert likelihood(r, y) == pytest.approx(total / 20)


@pytest.mark.parametrize("d", [8, 40])
def test_equal_to_transformer_ranker(d: int) -> None:
    estimators = pytest.importorskip("transformer_ranker.estimators", reason="the bench extra is not installed")
    import torch

    x, y = blobs(200, d)
    fit = {"embeddings": torch.tensor(x), "labels": torch.tensor(y)}
    # It takes square roots of class counts in float32.
    assert hscore(x, y) == pytest.approx(estimators.HScore().fit(**fit), rel=1e-6)
    assert knn(x, y) == pytest.approx(estimators.NearestNeighbors().fit(**fit), abs=1e-6)
    # Its fixed point stops at a relative step of 1e-3 and adds 1e-5 to denominators: below the maximum, by little.
    theirs = estimators.LogME().fit(**fit, tol=1e-9, max_iter=1000)
    assert logme(x, y) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_more_signal_scores_higher(name: str) -> None:
    scores = [other_score(name)(*blobs(signal=signal)) for signal in (0.0, 0.5, 2.0)]
    assert scores == sorted(scores)
    assert scores[0] < scores[2]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_classes_and_order_of_rows_do_not_matter(name: str) -> None:
    x, y = blobs(150, 6)
    rows = np.random.default_rng(3).permutation(150)
    expected = other_score(name)(x, y)
    assert other_score(name)(x, y + 7) == pytest.approx(expected)
    if name not in {"nleep", "linear_probe"}:  # these split or start at random rows
        assert other_score(name)(x[rows], y[rows]) == pytest.approx(expected)


@pytest.mark.parametrize("name", NAMES)
def test_one_class_gives_nan_and_bad_input_is_refused(name: str) -> None:
    assert np.isnan(other_score(name)(np.ones((20, 2)), np.zeros(20)))
    with pytest.raises(ValueError, match=r"expected \[N, d\]"):
        other_score(name)(np.ones((20, 2)), np.zeros(19))
    with pytest.raises(ValueError, match="NaN"):
        other_score(name)(np.full((20, 2), np.nan), np.arange(20) % 2)


def test_constant_features_say_nothing() -> None:
    x, y = np.ones((60, 4)), np.arange(60) % 2
    assert hscore(x, y) == 0.0
    assert nleep(x, y) == pytest.approx(np.log(0.5))
    assert linear_probe(x, y) == pytest.approx(0.5)


def test_hscore_grows_with_width_even_when_there_is_nothing_to_tell() -> None:
    generator = np.random.default_rng(5)
    x, y = blobs(400, 8, signal=0.0)
    wide = np.tanh(x @ generator.standard_normal((8, 400)))
    assert hscore(wide, y) > 5 * hscore(wide[:, :20], y)
