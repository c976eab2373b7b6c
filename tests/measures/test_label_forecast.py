"""Forecasts of learning curves that are known."""

import numpy as np
import pytest

from lit_hf.measures.label_forecast import MISFIT_BITS, MISFIT_ERRORS, block_means, forecast


def curve(count: int, seed: int, power: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mean = 0.3 + 5 * np.arange(1, count + 1) ** -power
    return mean * rng.exponential(1, (3, count))


@pytest.mark.parametrize("doublings", [1, 2])
def test_a_power_law_is_inside_the_band_as_often_as_said(doublings: int) -> None:
    count, held = 1_000, 0
    at = count * 2**doublings
    for seed in range(30):
        found = forecast(curve(count, seed), at, MISFIT_BITS)
        held += found.low <= 0.3 + 5 * at**-0.5 <= found.high
        assert 0 <= found.low < found.median < found.high
    assert held >= 20  # 0.8 of 30, less two standard deviations


def test_more_labels_cost_less_each_and_the_band_widens() -> None:
    values = curve(2_000, 1)
    near, far = forecast(values, 4_000, MISFIT_BITS), forecast(values, 8_000, MISFIT_BITS)
    assert far.median < near.median < values[:, 1_000:].mean()
    assert far.high - far.low > near.high - near.low


@pytest.mark.parametrize("misfit", [MISFIT_BITS, MISFIT_ERRORS])
def test_a_flat_curve_stays_flat(misfit: float) -> None:
    rng = np.random.default_rng(2)
    found = [forecast(rng.exponential(1, (3, 1_000)), 2_000, misfit) for _ in range(20)]
    assert sum(each.low < 1.0 < each.high for each in found) >= 12  # 0.8 of 20, less two standard deviations


def test_blocks_are_two_for_each_of_four_doublings_and_500_labels_are_the_least() -> None:
    middles, means, errors = block_means(np.ones((2, 1_600)))
    assert len(middles) == len(means) == len(errors) == 8
    assert 100 < middles[0] < 142
    with pytest.raises(ValueError, match="at least 500"):
        block_means(np.ones((2, 499)))


def test_nothing_is_forecast_beyond_four_times_the_labels() -> None:
    with pytest.raises(ValueError, match="four times"):
        forecast(curve(1_000, 0), 4_001, MISFIT_BITS)


def test_no_error_among_those_seen_is_not_none_for_certain() -> None:
    """The last block has 0 errors among 293 labels: the band reaches to a rate that such a block often hides."""
    values = np.zeros((1, 1_000))
    found = forecast(values, 2_000, MISFIT_ERRORS)
    assert found.low == 0
    assert 0.5 / 293 < found.high < 5 / 293
    assert (block_means(values)[2] > 0).all()
