"""Numbers in the prequential loop: the laws that hold for classes hold for them."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.codes.curve import Curve
from lit_hf.codes.marginal import marginal_bits
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.tasks.targets import Regression

N, DIM = 400, 16


def stream(seed: int = 0, *, signal: float = 1.0, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """Rows [n, DIM], and numbers about 1990 with a noise of 2, in bins of 0.1."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(n, DIM)).astype(np.float32)
    numbers = 1990 + 6 * signal * rows[:, :4].sum(1) / 2 + 2 * draw.normal(size=n)
    return rows, np.round(numbers / 0.1).astype(np.int64)


def code(rows: np.ndarray, bins: np.ndarray, groups: np.ndarray | None = None, number: int = 0) -> Curve:
    examples = Examples(bins, np.arange(len(bins)) if groups is None else groups)
    return Regression(1.0).code_order(rows, examples, Order(number), Code())


def test_linear_numbers_cost_their_noise_and_what_the_weights_cost() -> None:
    rows, bins = stream()
    noise = N * 0.5 * np.log2(2 * np.pi * np.e * 20**2)
    # each of 17 weights and the scale: about log2(N) / 2 bits; where the numbers lie and which expert: some 40
    assert noise - 60 < code(rows, bins).total < noise + 18 * np.log2(N) / 2 + 40


@pytest.mark.parametrize("seed", range(4))
def test_random_numbers_cost_at_most_two_bits_more_than_the_marginal(seed: int) -> None:
    rows, bins = stream(seed)
    shuffled = np.random.default_rng(seed).permutation(bins)
    null = marginal_bits(shuffled, np.arange(N)).sum()
    paid = code(rows, shuffled).total
    assert null - 5 < paid < null + 2


def test_two_feature_maps_show_no_transfer_of_random_numbers() -> None:
    rows, bins = stream()
    shuffled = np.random.default_rng(1).permutation(bins)
    other = np.tanh(rows @ np.random.default_rng(2).normal(size=(DIM, 24)).astype(np.float32))
    assert abs(code(rows, shuffled).total - code(other, shuffled).total) <= 5


def test_a_prefix_costs_the_same_whatever_follows() -> None:
    rows, bins = stream()
    whole = code(rows, bins)
    end = int(whole.edges[np.searchsorted(whole.edges, 250)])
    np.testing.assert_allclose(code(rows[:end], bins[:end]).bits, whole.bits[:end], rtol=1e-12)


def test_a_later_number_changes_no_bits_before_it() -> None:
    rows, bins = stream()
    other = bins.copy()
    other[200:] += 10_000
    np.testing.assert_array_equal(code(rows, bins).bits[:200], code(rows, other).bits[:200])


def test_the_same_code_twice_gives_the_same_bits() -> None:
    rows, bins = stream()
    np.testing.assert_array_equal(code(rows, bins).bits, code(rows, bins).bits)


def test_where_numbers_lie_costs_no_more_than_finding_it() -> None:
    rows, bins = stream()
    assert code(rows, bins + 10**7).total == pytest.approx(code(rows, bins).total, abs=20)


def test_half_the_width_adds_a_bit_to_each_label() -> None:
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(N, DIM)).astype(np.float32)
    numbers = rows[:, 0] * 50 + draw.normal(size=N) * 20
    wide, narrow = (code(rows, np.round(numbers / width).astype(np.int64)).total for width in (0.2, 0.1))
    assert narrow - wide == pytest.approx(N, abs=12)  # what the search for the scale adds


def test_an_outlier_is_not_ruinous() -> None:
    rows, bins = stream()
    clean = code(rows, bins).total
    bins[300] = 10**8
    assert code(rows, bins).total < clean + 100


def test_predictions_cover_what_they_say() -> None:
    below = code(*stream(n=1000)).below
    assert abs((np.abs(below[100:] - 0.5) < 0.45).mean() - 0.9) < 0.03  # three standard errors


def test_the_weights_are_shares_and_name_the_parts() -> None:
    found = code(*stream())
    np.testing.assert_allclose(found.weights.sum(1), 1)
    assert found.weights.shape[1] == len(found.parts)
    assert found.expert_bits.shape == (len(found.edges) - 1, len(found.names))


def test_numbers_of_one_group_are_coded_together() -> None:
    rows, bins = stream(n=120)
    groups = np.repeat(np.arange(60), 2)
    edges = code(rows, bins, groups).edges
    assert (edges % 2 == 0).all()


def test_diabetes_costs_less_with_its_features_than_without() -> None:
    from sklearn.datasets import load_diabetes

    found = load_diabetes()
    order = np.random.default_rng(0).permutation(len(found.target))
    rows, bins = found.data[order].astype(np.float32), np.round(found.target[order]).astype(np.int64)
    assert code(rows, bins).total < marginal_bits(bins, np.arange(len(bins))).sum() - 120
