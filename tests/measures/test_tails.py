"""Intervals over the last labels of each order, and mixtures over side information."""

import numpy as np
import pytest

from lit_hf.measures.intervals import interval
from lit_hf.measures.side_information import may_know
from lit_hf.measures.tails import tail_interval


def test_with_the_same_labels_in_each_order_it_is_the_interval_of_a_transfer() -> None:
    rng = np.random.default_rng(0)
    order = np.stack([rng.permutation(100) for _ in range(3)])
    by_example = rng.normal(0.3, 1, (3, 100))
    found = tail_interval([row[at] for row, at in zip(by_example, order, strict=True)], list(order))
    wanted = interval(by_example, order)
    assert (found.estimate, found.low, found.high) == pytest.approx((wanted.estimate, wanted.low, wanted.high))


def test_too_few_groups_have_no_limits() -> None:
    found = tail_interval([np.ones(3)], [np.zeros(3, np.int64)])
    assert found.estimate == 3
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_orders_that_end_in_different_labels_hold_the_truth_as_often_as_said() -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(200):
        value = rng.normal(0.1, 1, 400)
        tails = [rng.permutation(400)[:100] for _ in range(4)]
        found = tail_interval([value[each] for each in tails], tails)
        held += found.low <= 10 <= found.high
    assert held >= 184  # 0.95 of 200, less two standard deviations


@pytest.mark.parametrize("seed", range(5))
def test_more_that_may_be_known_costs_at_most_a_bit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alone, with_a, with_b, with_both = rng.exponential(1 + 3 * seed, (4, 50))
    assert may_know([alone, with_a]).sum() <= alone.sum() + 1 + 1e-9
    few, many = may_know([alone, with_b]), may_know([alone, with_a, with_b, with_both])
    assert many.sum() <= few.sum() + 1 + 1e-9


def test_the_mixture_is_a_code_at_every_position() -> None:
    """The chances of all strings of labels add up to one."""
    one, other = np.array([0.9, 0.2, 0.6]), np.array([0.1, 0.5, 0.7])
    total = 0.0
    for word in np.ndindex(2, 2, 2):
        seen = np.array(word)
        codes = [-np.log2(np.where(seen == 1, each, 1 - each)) for each in (one, other)]
        total += 2.0 ** -may_know(codes).sum()
    assert total == pytest.approx(1)
