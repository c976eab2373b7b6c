"""The betting limit: it covers whatever bounded differences are, and one wager for the window is what makes it so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lit_hf.ranking.race.betting import MIDDLE, lower_limit, margin, shrinkage, stage_level
from lit_hf.ranking.race.drift import Drift

BOUND, ALPHA, TRIALS, WINDOW = 11.0, 0.1, 2000, 362
Draw = Callable[[np.random.Generator, int], np.ndarray]


def skewed(rng: np.random.Generator, count: int) -> np.ndarray:
    """Mean 0: a little ahead nearly always, and now and then all the way behind."""
    rare = 0.01
    return np.where(rng.random(count) < rare, -BOUND, BOUND * rare / (1 - rare))


def two_sided(rng: np.random.Generator, count: int) -> np.ndarray:
    """Mean 0 and the largest variance there is."""
    return BOUND * rng.choice([-1.0, 1.0], count)


def range_and_mean(rng: np.random.Generator, count: int) -> np.ndarray:
    """Mean 0 over inputs of two kinds: easy ones with a small gain, hard ones whose loss and range are large."""
    hard = rng.random(count) < 0.1
    return np.where(hard, rng.uniform(-10, 6.4, count), 0.2)


def moving(rng: np.random.Generator, count: int) -> np.ndarray:
    """Mean 0 over the window, along a curve."""
    return np.linspace(0.5, -0.5, count) + rng.normal(0, 0.5, count).clip(-5, 5)


@pytest.mark.parametrize("draw", [skewed, two_sided, range_and_mean, moving])
def test_the_limit_covers(draw: Draw) -> None:
    rng = np.random.default_rng(0)
    wrong = sum(
        lower_limit(draw(rng, WINDOW), draw(rng, WINDOW // 2), BOUND, ALPHA) > 1e-9 for _ in range(TRIALS)
    )  # fmt: skip
    # Binomial(2000, .1) exceeds 232 once in a hundred.
    assert wrong <= 232


def test_a_wager_that_looks_at_a_groups_own_range_is_not_valid() -> None:
    """The positive control: with it, the same differences prove a gap of 0 wrong nearly always."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(200):
        hard = rng.random(WINDOW) < 0.1
        x = np.where(hard, rng.uniform(-10, 6.4, WINDOW), 0.2)
        wager = np.where(hard, 0.95 / 10, 0.95 / 0.2) / 3  # as large as this group's range allows, by a third
        wrong += np.log1p(wager * x).sum() > np.log(1 / ALPHA)
    assert wrong > 150


def test_it_is_twice_as_tight_as_a_time_uniform_limit() -> None:
    rng = np.random.default_rng(0)
    window, before = rng.normal(0.5, 0.55, 512), rng.normal(0.5, 0.55, 256)
    alpha = stage_level(0.05, 3, 8) / 2
    assert 0.25 < 0.5 - lower_limit(window, before, BOUND, alpha) < 0.4  # empirical Bernstein: .74 below the mean


def test_the_middle_of_the_window() -> None:
    i = np.arange(50_001, 100_001)
    assert np.log2(100_000 / i).mean() == pytest.approx(MIDDLE, abs=0.003)


def test_levels_sum_to_the_level() -> None:
    pairs = 8 * 7
    assert sum(stage_level(0.05, test, 8) for test in range(1, 20_000)) * pairs == pytest.approx(0.05, rel=1e-3)


def test_the_margin_counts_shrinkage_and_noise() -> None:
    rng = np.random.default_rng(1)
    behind, ahead = rng.normal(1.6, 0.4, 1024).clip(0, 11), rng.normal(0.6, 0.4, 1024).clip(0, 11)
    calm, wild = Drift(0.0, 10, 4), Drift(0.0067, 10, 4)
    assert (shrinkage(calm), shrinkage(wild)) == (0.02, pytest.approx(0.2))
    found = [margin(behind, ahead, 3000, 11.0, 1e-4, drift) for drift in (calm, wild)]
    assert 1.0 > found[0] > found[1]
    assert margin(behind, ahead, 1024, 11.0, 1e-4, calm) == pytest.approx(float((behind - ahead).mean()))
