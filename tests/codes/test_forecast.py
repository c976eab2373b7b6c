"""What predictive distributions give to bins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lit_hf.codes.forecast import Forecast, log_density


def one(location: float, scale: float, freedom: float) -> Forecast:
    return Forecast(*(np.array([[value]]) for value in (location, scale, freedom)))


@pytest.mark.parametrize("scale", [0.05, 0.7, 3.0, 1e4])
@pytest.mark.parametrize("freedom", [1.0, 4.0, 300.0])
def test_a_bin_gets_the_difference_of_the_distribution_function(scale: float, freedom: float) -> None:
    bins = np.array([-3, 0, 1, 40])
    forecast = Forecast(*(np.full((1, 4), value) for value in (0.3, scale, freedom)))
    law = stats.t(freedom, 0.3, scale)
    expected = np.where(bins > 0, law.sf(bins - 0.5) - law.sf(bins + 0.5), law.cdf(bins + 0.5) - law.cdf(bins - 0.5))
    seen = expected > 1e-250
    np.testing.assert_allclose(np.exp(forecast.log_mass(bins)[0])[seen], expected[seen], rtol=1e-7)


@pytest.mark.parametrize(("scale", "freedom"), [(0.3, 2.0), (0.02, 500.0), (5.0, 30.0)])
def test_all_bins_together_have_at_most_one(scale: float, freedom: float) -> None:
    bins = np.arange(-20_000, 20_001)
    forecast = Forecast(*(np.full((1, len(bins)), value) for value in (0.4, scale, freedom)))
    assert 0.999 < np.exp(forecast.log_mass(bins)).sum() <= 1 + 1e-9


def test_far_out_the_logarithm_stays_finite_and_keeps_falling() -> None:
    near, far = (one(0.0, 0.01, 1000.0).log_mass(np.array([place]))[0, 0] for place in (10, 10_000))
    assert np.isfinite([near, far]).all()
    assert far < near < -1000


def test_the_density_is_students() -> None:
    z = np.linspace(-5, 5, 7)
    np.testing.assert_allclose(log_density(z, np.full(7, 3.0)), stats.t(3).logpdf(z), rtol=1e-10)


def test_below_is_the_distribution_function() -> None:
    assert one(2.0, 3.0, 5.0).below(np.array([4]))[0, 0] == pytest.approx(stats.t(5, 2, 3).cdf(4))
