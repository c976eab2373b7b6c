"""Codes that look at no input: closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import betaln, gammaln

from lit_hf.codes.baselines import class_prior_bits, group_starts, uniform_bits

# E[L_IT] in bits for Bernoulli labels with theta ~ Beta(1/2, 1/2), coded by KT, after n labels and from the start.
CLOSED_FORM = {
    (1, 1): 0.1887, (10, 10): 1.0977, (100, 100): 2.5260, (1000, 1000): 4.1181,
    (10, 1000): 1.5129, (100, 1000): 2.9355, (100, 5000): 2.9889, (1000, 5000): 4.4805,
}  # fmt: skip


def log_counts(k: int) -> np.ndarray:
    """Return the natural log of the beta-binomial probabilities of 0 .. k ones."""
    ones = np.arange(k + 1)
    ways = gammaln(k + 1) - gammaln(ones + 1) - gammaln(k - ones + 1)
    return ways + betaln(ones + 0.5, k - ones + 0.5) - betaln(0.5, 0.5)


def expected_bits(k: int) -> float:
    """Return the expected KT codelength of k labels, by enumerating the ones; the code ignores their order."""
    logs = log_counts(k)
    bits = [class_prior_bits(np.repeat([0, 1], [k - ones, ones]), 2).sum() for ones in range(k + 1)]
    return float(np.exp(logs) @ np.array(bits))


@pytest.mark.parametrize(("n", "k"), [pair for pair in CLOSED_FORM if max(pair) <= 1000])
def test_transfer_between_bernoulli_streams_has_its_closed_form(n: int, k: int) -> None:
    """L_IT = E[L(k)] - (E[L(n + k)] - E[L(n)]): the learner that has seen n labels codes the k that follow them."""
    transfer = expected_bits(k) - (expected_bits(n + k) - expected_bits(n))
    assert transfer == pytest.approx(CLOSED_FORM[n, k], abs=6e-5)  # the table has four decimals


@pytest.mark.parametrize(("n", "k"), CLOSED_FORM)
def test_the_table_of_bernoulli_streams_by_kt_s_own_formula(n: int, k: int) -> None:
    """The KT codelength of a sequence is -log2 of its Beta(1/2, 1/2) evidence, which enumeration to 6,000 labels can
    use.
    """

    def entropy(m: int) -> float:
        ones = np.arange(m + 1)
        logs = log_counts(m)
        return float(-np.exp(logs) @ (betaln(ones + 0.5, m - ones + 0.5) - betaln(0.5, 0.5))) / math.log(2)

    assert entropy(k) + entropy(n) - entropy(n + k) == pytest.approx(CLOSED_FORM[n, k], abs=6e-5)


@pytest.mark.parametrize("classes", [2, 3, 50])
def test_kt_is_minus_log_of_its_dirichlet_evidence(classes: int) -> None:
    labels = np.random.default_rng(0).integers(classes, size=300)
    counts = np.bincount(labels, minlength=classes)
    evidence = (gammaln(counts + 0.5) - gammaln(0.5)).sum() + gammaln(classes / 2) - gammaln(300 + classes / 2)
    assert class_prior_bits(labels, classes).sum() == pytest.approx(-evidence / math.log(2), rel=1e-12)


@pytest.mark.parametrize(("k", "classes"), [(1, 2), (8530, 2), (1000, 10), (77, 3)])
def test_the_uniform_code_is_k_log_c(k: int, classes: int) -> None:
    assert uniform_bits(k, classes) == k * math.log2(classes)


def test_balanced_labels_cost_more_by_the_class_prior_than_by_the_uniform_code() -> None:
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1], 4265))
    assert uniform_bits(8530, 2) == 8530
    assert round(class_prior_bits(labels, 2).sum()) == 8537  # 0.5 log2 N and a constant above


def test_counts_move_at_the_end_of_a_group() -> None:
    labels, groups = np.array([0, 0, 1, 0]), np.array([0, 0, 1, 1])
    half, learned = 1.0, -math.log2(2.5 / 3)
    np.testing.assert_allclose(class_prior_bits(labels, 2, groups), [half, half, -math.log2(0.5 / 3), learned])


def test_group_starts() -> None:
    assert group_starts(np.array([4, 4, 7, 8, 8, 8])).tolist() == [0, 0, 2, 3, 3, 3]
