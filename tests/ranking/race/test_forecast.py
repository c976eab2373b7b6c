"""The forecast of a gap: its formula against a loop, its limits, and how often its intervals hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from lit_hf.ranking.race import Forecast, per_label
from lit_hf.ranking.race.drift import Drift
from lit_hf.ranking.race.forecast import forecast, totals, walk
from tests.ranking.race.fields import walking

DRIFT = Drift(0.0067, 10, 4)


@pytest.mark.parametrize(("n", "total"), [(256, 257), (345, 512), (362, 3000)])
def test_the_walk_is_the_variance_of_a_mean(n: int, total: int) -> None:
    time = np.log2(np.arange(n + 1, total + 1) / n)
    by_pairs = np.minimum(time[:, None], time).mean()
    assert walk(n, total) == pytest.approx(float(by_pairs), rel=1e-9)


def test_the_walk_has_a_closed_form_for_long_streams() -> None:
    x = 8.0
    closed = 2 / (x - 1) ** 2 * (x**2 / 2 * np.log(x) - 0.75 * x**2 + x - 0.25) / np.log(2)
    assert walk(20_000, 160_000) == pytest.approx(closed, rel=1e-3)


def test_the_formula_by_hand() -> None:
    rng, n, total = np.random.default_rng(0), 400, 3000
    behind, ahead = rng.exponential(size=(2, n))
    d, late = behind - ahead, (behind - ahead)[200:]
    v, left = late.var(ddof=1), total - n
    mean = (d.sum() + left * 0.9 * late.mean()) / total
    square = max(0.02**2 + 0.03**2 * v, 0.0067 / 0.67) * (walk(n, total) + 0.28)
    error = left / total * np.sqrt(v / left + 0.81 * v / 200 + square)
    found = forecast(behind, ahead, total, DRIFT)
    assert (found.behind, found.error) == (pytest.approx(mean), pytest.approx(error))
    assert found.risk(0.02) == pytest.approx(norm.cdf(-(mean + 0.02) / error))
    assert found.behind == pytest.approx(float(np.diff(totals(np.stack([ahead, behind]), total))[0]))


def test_at_the_end_nothing_is_uncertain() -> None:
    found = forecast(np.full(512, 1.0), np.full(512, 1.03), 512, DRIFT)
    assert (found.behind, found.error) == (pytest.approx(-0.03), 0.0)
    assert (found.risk(0.02), found.risk(0.05)) == (1.0, 0.0)
    assert Forecast(0.0, 0.0).risk(0.0) == 0.0


def test_groups_of_several_labels_count_labels() -> None:
    bits = np.array([2.0, 4.0, 6.0])
    scaled = per_label(bits, groups=3, labels=6)
    assert scaled.mean() == pytest.approx(bits.sum() / 6)


def test_intervals_hold_when_gaps_drift_as_said() -> None:
    inside = 0
    for seed in range(400):
        rows = walking(2, 2000, 0.05, 0.05, seed)
        low, high = forecast(rows[1, :362], rows[0, :362], 2000, Drift(0.0025, 3, 2, assumed=True)).interval
        inside += low <= float((rows[1] - rows[0]).mean()) <= high
    # Binomial(400, .95) is below 368 once in a hundred.
    assert inside >= 368
