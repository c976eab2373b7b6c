"""How often a race breaks its promise where gaps drift by a known size: simulated, so that the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from lit_hf.ranking.race import Rules, replay
from tests.ranking.race.fields import PAIR, stops, walking

TOTAL, RACES = 1448, 2000
RULES = Rules()


def broken(rows: np.ndarray) -> bool:
    chosen, totals = replay(rows, stops(TOTAL, len(rows)), RULES).chosen, rows.mean(axis=1)
    assert chosen is not None
    return bool(totals[chosen] - totals.min() > RULES.within)


@pytest.mark.parametrize("gap", [0.05, 0.1])
def test_gaps_from_a_normal_keep_the_promise(gap: float) -> None:
    """Two candidates, whose drift is the one that is assumed: the promise is .05, and an average over gaps."""
    count = sum(broken(walking(2, TOTAL, RULES.assumed, gap, seed)) for seed in range(RACES))
    assert count <= binom.ppf(0.99, RACES, RULES.risk)


@pytest.mark.parametrize("times", [1.0, 1.5])
def test_the_worst_gap_breaks_it_at_most_twice_as_often(times: float) -> None:
    """A gap fixed at -epsilon, or half as much more, is what no average covers; no drift beside the one allowed for."""
    count = 0
    for seed in range(RACES):
        rows = np.random.default_rng(seed).normal(0, PAIR / np.sqrt(2), (2, TOTAL))
        rows -= rows.mean(axis=1, keepdims=True)  # so that the gap is what it is said to be, in this very stream
        rows[1] -= times * RULES.within * 1.0001
        count += broken(rows)
    assert count <= binom.ppf(0.99, RACES, 2 * RULES.risk)
