"""The drift of a field: the constants follow from its definition, and what is measured is what is there."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.ranking.race import Rules
from lit_hf.ranking.race.drift import SEEN, Drift, assumed, measure
from lit_hf.ranking.race.forecast import WINDOW
from tests.ranking.race.fields import flat, losses, walking

FINE = 1 << 16


def brownian_variance(weights: np.ndarray, time: np.ndarray) -> float:
    """Return the variance of sum_i weights_i B(time_i), from independent increments."""
    later = weights[::-1].cumsum()[::-1]
    return float((later**2 * np.diff(time, prepend=0)).sum())


def test_the_constants_are_those_of_a_brownian_motion() -> None:
    time = np.log2(np.arange(FINE // 4 + 1, FINE + 1) / (FINE // 4))
    late = time > 1
    means = np.where(late, 1 / late.sum(), -1 / (~late).sum())
    assert brownian_variance(means, time) == pytest.approx(SEEN, abs=0.005)
    end_less_mean = np.where(late, -1 / late.sum(), 0.0)
    end_less_mean[-1] += 1
    assert brownian_variance(end_less_mean, time) == pytest.approx(WINDOW, abs=0.005)


@pytest.mark.parametrize("drift", [0.0, 0.05, 0.1])
def test_the_measured_drift_is_unbiased(drift: float) -> None:
    found = [measure(walking(8, 724, drift, 0.05, seed), Rules()) for seed in range(200)]
    values = np.array([each.measured for each in found if each is not None])
    error = values.std() / np.sqrt(len(values))
    assert abs(values.mean() - SEEN * drift**2) < 4 * error


def test_pairs_far_apart_are_not_asked() -> None:
    rows = losses([flat(0.0), flat(0.1), flat(0.2), flat(1.0), flat(2.0)], 512, 0)
    found = measure(rows, Rules())
    assert found is not None
    assert (found.pairs, found.gaps) == (3, 4)


def test_fewer_than_three_pairs_measure_nothing() -> None:
    assert measure(losses([flat(0.0), flat(0.1)], 512, 0), Rules()) is None
    assert measure(losses([flat(0.0), flat(1.0), flat(2.0), flat(3.0)], 512, 0), Rules()) is None


def test_no_drift_is_below_the_floor() -> None:
    calm = Drift(-0.001, 10, 4)
    assert calm.per_doubling == 0
    assert calm.square(0.3) == pytest.approx(0.02**2 + 0.03**2 * 0.3)
    assert Drift(0.0067, 10, 4).square(0.3) == pytest.approx(0.01)
    assert Drift(0.0067, 10, 4, corrected=False).square(0.3) == pytest.approx(0.0067)
    assert assumed(Rules(assumed=0.11)).square(0.3) == pytest.approx(0.11**2)
