"""Intervals: closed cases, parts, and limits. How often they hold is simulated in tests/controls/test_coverage.py."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.measures.intervals import (
    FLOOR,
    Variance,
    block_edges,
    by_group,
    interval,
    twin_terms,
    variance_of_examples,
    welch,
)


def noise(orders: int, groups: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(orders, groups))


@pytest.mark.parametrize("groups", [1, 5, 16, 17, 31, 32, 500, 10_000])
def test_blocks_cover_the_stream_and_are_never_small(groups: int) -> None:
    edges = block_edges(groups)
    assert (edges[0], edges[-1]) == (0, groups)
    assert min(np.diff(edges)) >= min(16, groups)


def test_one_order_of_independent_losses_has_the_variance_of_their_sum() -> None:
    found = [variance_of_examples(noise(1, 400, seed)).value for seed in range(200)]
    assert np.mean(found) == pytest.approx(400, rel=0.02)


def test_a_learning_curve_alone_has_no_variance() -> None:
    curve = np.repeat([5.0, 3.0, 1.0], [16, 16, 32])[None]
    assert variance_of_examples(curve).value == pytest.approx(0.0, abs=1e-9)


def test_the_noise_of_positions_is_averaged_out_over_orders() -> None:
    """Each order's losses are independent here: what the mean over three orders varies by is a third."""
    rng = np.random.default_rng(0)
    order = np.stack([rng.permutation(600) for _ in range(3)])
    found = variance_of_examples(noise(3, 600), order)
    assert found.value == pytest.approx(200, rel=0.2)


def test_parts_add_up_and_one_order_has_no_part() -> None:
    three, one = interval(noise(3, 200) + 1), interval(noise(1, 200) + 1)
    assert three.orders is not None
    assert three.variance == pytest.approx(three.examples + three.orders)
    assert one.orders is None
    assert one.dataset is None
    assert three.dataset is not None
    assert three.low < three.estimate < three.high


def test_twins_widen_the_interval_and_move_its_centre() -> None:
    shift, spread = twin_terms(100.0, [104.0, 96.0], 2.0)
    assert shift == pytest.approx(0.0)
    assert spread == Variance(pytest.approx(16 * 4 / 3), 2)
    plain, wide = interval(noise(3, 200)), interval(noise(3, 200), twins=spread, shift=5.0)
    assert wide.high - wide.low > plain.high - plain.low
    assert wide.estimate == pytest.approx(plain.estimate + 5)
    assert twin_terms(100.0, [], 4.0) == (0.0, None)
    assert twin_terms(100.0, [110.0], 1.0)[0] == pytest.approx(5.0)


def test_the_floor_is_a_bit() -> None:
    found = interval(np.zeros((3, 50)))
    assert (found.low, found.high, found.p) == (-FLOOR, FLOOR, 1.0)


def test_p_and_the_interval_say_the_same() -> None:
    for shift in (0.0, 0.05, 0.2):
        found = interval(noise(3, 300) + shift)
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high) or abs(found.p - 0.05) < 0.01


def test_welch_between_equal_variances() -> None:
    assert welch([Variance(1.0, 4), Variance(1.0, 4)]) == pytest.approx(8)
    assert welch([Variance(1.0, 4), Variance(0.0, 1)]) == pytest.approx(4)


def test_one_group_has_no_interval() -> None:
    assert np.isnan(interval(np.ones((3, 1))).low)


def test_labels_are_summed_by_group() -> None:
    np.testing.assert_array_equal(by_group(np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([0, 1, 0])), [[4, 2], [10, 5]])
