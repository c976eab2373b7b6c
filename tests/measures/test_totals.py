"""Sums of measurements."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lit_hf.measures.coverage import coverage_by_decade
from lit_hf.measures.totals import Measured, total


def test_one_measurement_is_its_own_interval() -> None:
    centre, low, high = total([Measured(100.0, 25.0, 8.0)])
    half = stats.t.ppf(0.975, 8) * 5
    assert (centre, low, high) == pytest.approx((100, 100 - half, 100 + half))


def test_variances_add_and_the_twins_part_goes_together() -> None:
    apart = total([Measured(10.0, 9.0, 1e9), Measured(20.0, 16.0, 1e9)])
    tied = total([Measured(10.0, 9.0, 1e9, 9.0), Measured(20.0, 16.0, 1e9, 16.0)])
    assert (apart[2] - apart[0]) / 1.96 == pytest.approx(5, rel=1e-3)
    assert (tied[2] - tied[0]) / 1.96 == pytest.approx(7, rel=1e-3)


def test_nothing_is_told_finer_than_a_bit() -> None:
    assert total([Measured(3.0, 0.0, 1.0)]) == (3.0, 2.0, 4.0)


def test_coverage_counts_what_fell_inside() -> None:
    below = np.array([[0.5, 0.5, 0.1, 0.9, 0.99, 0.3, 0.7, 0.26, 0.74, 0.01, 0.5]])
    first, second = coverage_by_decade(below)
    assert (first.start, first.stop, second.start, second.stop) == (0, 10, 10, 11)
    assert (first.within_50, first.within_90) == pytest.approx((0.6, 0.8))
