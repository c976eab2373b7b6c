"""The marginal code of numbers: honest, at home on every scale, and never far from the entropy."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.codes.marginal import bayes, marginal_bits

N = 600


def entropy(spread: float) -> float:
    """Bits of a normal number in bins of width 1."""
    return 0.5 * float(np.log2(2 * np.pi * np.e * spread**2))


@pytest.mark.parametrize("spread", [3.0, 1e3, 1e9])
@pytest.mark.parametrize("centre", [0.0, 1e4])
def test_normal_numbers_cost_their_entropy_and_what_two_parameters_cost(spread: float, centre: float) -> None:
    bins = np.round(np.random.default_rng(0).normal(centre, spread, N)).astype(np.int64)
    paid = marginal_bits(bins, np.arange(N)).sum()
    sample = N * entropy(float(bins.std()))
    # 2 parameters: log2 N; which prior: log2 48; the prior beside: at most log2 N; the urns beside: 1; and the first
    # two numbers, whose mean and scale are anywhere
    assert sample < paid < sample + 2 * np.log2(N) + 6 + 1 + 2 * np.log2(1e9)


def test_targets_that_repeat_cost_little() -> None:
    bins = np.random.default_rng(0).choice([10, 20, 1000], N)
    assert marginal_bits(bins, np.arange(N)).sum() < N * np.log2(3) + 120


def test_an_outlier_is_not_ruinous() -> None:
    bins = np.round(np.random.default_rng(0).normal(0, 30, N)).astype(np.int64)
    bins[500] = 10**9
    assert marginal_bits(bins, np.arange(N))[500] < 90


def test_a_later_number_changes_no_bits_before_it() -> None:
    bins = np.round(np.random.default_rng(0).normal(0, 30, N)).astype(np.int64)
    other = bins.copy()
    other[300:] = 7
    whole, changed, short = (marginal_bits(each, np.arange(len(each))) for each in (bins, other, bins[:300]))
    np.testing.assert_allclose(whole[:300], changed[:300], rtol=1e-9)
    np.testing.assert_allclose(whole[:300], short, rtol=1e-9)


def test_numbers_of_one_group_are_learned_after_it() -> None:
    bins = np.array([5, 5, 5, 5, 9, 9])
    apart, together = marginal_bits(bins, np.arange(6)), marginal_bits(bins, np.array([0, 0, 0, 0, 1, 1]))
    assert apart[3] < together[3]


def test_the_mixture_is_within_its_prior_of_the_best() -> None:
    logs = -np.random.default_rng(0).exponential(size=(3, 50))
    mixed, weights = bayes(logs, np.array([0.5, 0.25, 0.25]))
    assert mixed.sum() >= (logs.sum(1) + np.log([0.5, 0.25, 0.25])).max() - 1e-9
    np.testing.assert_allclose(weights.sum(0), 1)
