"""Bits in slices: they add up, their intervals hold, and a slice that is like the rest is not told apart from it."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.measures.slices import LEAST, Costs, slices, whole

LABELS, ORDERS = 600, 3
SHARES, EFFECTS = np.array([0.08, 0.3, 0.62]), np.array([1.2, 0.2, 0.6])


def population(seed: int, effects: np.ndarray = EFFECTS) -> tuple[Costs, np.ndarray]:
    """Draw slices of chance sizes whose labels save more the later they come; noise of examples is shared by orders."""
    rng = np.random.default_rng(seed)
    members = rng.choice(3, LABELS, p=SHARES)
    order = np.stack([rng.permutation(LABELS) for _ in range(ORDERS)])
    position = np.argsort(order, axis=1)
    saved = effects[members] * learned()[position] + rng.normal(0, 0.7, LABELS) + rng.normal(0, 0.3, (ORDERS, LABELS))
    reference = np.full((ORDERS, LABELS), 2.0)
    return Costs(reference - saved, reference, order, np.arange(LABELS)), members


def learned() -> np.ndarray:
    return 1 - 1 / np.sqrt(1 + np.arange(LABELS) / 10)


def test_slices_add_up_to_the_total() -> None:
    costs, members = population(0)
    found = slices(costs, members)
    assert sum(each.saved.estimate for each in found) == pytest.approx(whole(costs).estimate, rel=1e-12)
    assert sum(each.labels for each in found) == LABELS
    assert all(each.saved.estimate == pytest.approx(each.reference - each.code) for each in found)


def test_intervals_of_slices_hold_as_often_as_they_say() -> None:
    expected = SHARES * EFFECTS * learned().sum()
    inside = np.array([
        [each.saved.low <= truth <= each.saved.high for each, truth in zip(found, expected, strict=True)]
        for found in (slices(*population(seed)) for seed in range(400))
    ])  # fmt: skip
    assert (inside.mean(0) > 0.9).all()
    assert (inside.mean(0) < 0.99).all()


def test_a_slice_like_the_rest_is_told_apart_as_often_as_chance_says() -> None:
    p = np.array([slices(*population(seed, np.full(3, 0.5)))[0].p for seed in range(400)], dtype=float)
    assert 0.01 < (p < 0.05).mean() < 0.09


def test_a_slice_that_is_another_is_told_apart() -> None:
    p = [each.p for seed in range(4) for each in slices(*population(seed))[:2]]
    assert all(each is not None and each < 0.01 for each in p)


def test_small_slices_have_numbers_without_an_interval() -> None:
    costs, members = population(2)
    members = np.where(np.arange(LABELS) < LEAST - 1, 0, 1)
    small, large = slices(costs, members)
    assert np.isnan(small.saved.low)
    assert np.isfinite([small.saved.estimate, small.code, large.saved.low]).all()
    assert small.p is None
    assert large.p is None


def test_copies_count_once() -> None:
    costs, members = population(3)
    single = slices(costs, members)[1].saved
    pairs = Costs(*(np.repeat(each, 2, axis=1) for each in (costs.code, costs.reference)), *_doubled(costs.order))
    double = slices(pairs, np.repeat(members, 2))[1].saved
    assert double.estimate == pytest.approx(2 * single.estimate)
    assert double.high - double.low == pytest.approx(2 * (single.high - single.low))


def _doubled(order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    twice = np.stack([2 * order, 2 * order + 1], axis=2).reshape(len(order), -1)
    return twice, np.repeat(np.arange(order.shape[1]), 2)


def test_a_reference_that_costs_nothing_leaves_no_share() -> None:
    costs, members = population(4)
    empty = Costs(costs.code, costs.reference * (members > 0), costs.order, costs.groups)
    first, second, _ = slices(empty, members)
    assert (first.left, first.p) == (None, None)
    assert second.left is not None
