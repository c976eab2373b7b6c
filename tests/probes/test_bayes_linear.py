"""Bayesian linear regression against the evidence of its model in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from lit_hf.codes.forecast import log_density
from lit_hf.probes.bayes_linear import BayesLinear
from lit_hf.probes.contract import Block, Prefix

PENALTY = 3.0


def data(n: int, dim: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    rows = draw.normal(0.5, 1, size=(n, dim))
    return rows, rows @ draw.normal(size=dim) + 1.0 + 0.5 * draw.normal(size=n)


def sequential(rows: np.ndarray, numbers: np.ndarray, step: int = 1) -> np.ndarray:
    """Return the log densities [n] of `numbers`, each row predicted before it is learned."""
    inputs, labels = torch.from_numpy(rows).float(), torch.from_numpy(numbers).float()
    probe = BayesLinear(rows.shape[1], [PENALTY], standard=False)
    found = []
    for start in range(0, len(rows), step):
        location, scale, freedom = probe.predict(Block(inputs[start : start + step], start)).double().numpy()[:, 0]
        found.append(log_density((numbers[start : start + step] - location) / scale, freedom) - np.log(scale))
        stop = min(start + step, len(rows))
        probe.learn(Prefix(lambda a, b: inputs[a:b], lambda a, b: labels[a:b], stop, start))
    return np.concatenate(found)


def evidence(rows: np.ndarray, numbers: np.ndarray) -> float:
    """Return the logarithm of the model's evidence: a multivariate Student's t with 2 degrees of freedom."""
    shape = np.eye(len(rows)) + 1 + rows @ rows.T / PENALTY
    return float(stats.multivariate_t(np.zeros(len(rows)), shape, df=2).logpdf(numbers))


@pytest.mark.parametrize(("n", "dim"), [(40, 3), (12, 20), (60, 30)])
def test_predictions_one_after_another_multiply_to_the_evidence(n: int, dim: int) -> None:
    rows, numbers = data(n, dim)
    paid = sequential(rows, numbers)[1:].sum()  # the first row is predicted before the model speaks
    # float32 inside: 1e-6 of sums of squares of a few hundred
    assert paid == pytest.approx(evidence(rows, numbers) - evidence(rows[:1], numbers[:1]), abs=0.02)


def test_a_block_is_predicted_row_by_row() -> None:
    rows, numbers = data(60, 5)
    inputs, labels = torch.from_numpy(rows).float(), torch.from_numpy(numbers).float()
    probe = BayesLinear(5, [1.0, 10.0])
    probe.learn(Prefix(lambda a, b: inputs[a:b], lambda a, b: labels[a:b], 40, 0))
    whole = probe.predict(Block(inputs[40:], 40))
    single = torch.cat([probe.predict(Block(inputs[i : i + 1], i)) for i in range(40, 60)], 2)
    torch.testing.assert_close(whole, single, rtol=1e-4, atol=1e-4)
    assert whole.shape == (3, 2, 20)
    assert bool((whole[1:] > 0).all())


def test_constant_and_copied_columns_do_no_harm() -> None:
    rows, numbers = data(80, 4)
    odd = np.column_stack([rows, rows[:, :2], np.ones(80)])
    assert np.isfinite(sequential(odd, numbers)).all()
