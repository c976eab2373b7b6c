"""How far to read a list, on simulated bits where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from lit_hf.measures.planted import area_under_curve, depth_of

LABELS, PLANTED = 2_000, 50


def draw(seed: int, wrong: float, apart: float = 2.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return bits of planted labels, of unplanted ones, and which of these are wrong: as visible as the planted."""
    rng = np.random.default_rng(seed)
    hidden = rng.random(LABELS - PLANTED) < wrong
    return rng.normal(apart, 1, PLANTED), rng.normal(apart * hidden, 1), hidden


def test_the_area_is_that_of_the_field() -> None:
    planted, clean, _ = draw(0, 0.0)
    both = np.concatenate([planted, np.round(clean, 1)])
    area, (low, high) = area_under_curve(both[:PLANTED], both[PLANTED:])
    assert area == pytest.approx(roc_auc_score(np.arange(LABELS) < PLANTED, both))
    assert low < area < high


def test_the_interval_of_the_area_holds_where_nothing_can_be_seen() -> None:
    held = [low <= 0.5 <= high for _, (low, high) in (area_under_curve(*draw(seed, 0, 0.0)[:2]) for seed in range(300))]
    assert 0.91 <= np.mean(held) <= 0.99


@pytest.mark.parametrize("wrong", [0.0, 0.01, 0.03, 0.08])
def test_the_bound_holds(wrong: float) -> None:
    """The truth of each draw is its own share of wrong labels, in at least 95 % of 100 draws."""
    held = []
    for seed in range(100):
        planted, clean, hidden = draw(seed, wrong)
        found = depth_of("uniform", planted, clean)
        held.append(found.bound >= hidden.mean())
        assert found.estimate <= found.bound
    assert np.mean(held) >= 0.95


def test_the_bound_is_of_use() -> None:
    bounds = [depth_of("uniform", *draw(seed, 0.01)[:2]).bound for seed in range(40)]
    assert np.median(bounds) < 0.05


def test_the_depth_of_half_holds_half_of_what_is_hidden() -> None:
    shares = []
    for seed in range(100):
        planted, clean, hidden = draw(seed, 0.03)
        found = depth_of("uniform", planted, clean)
        first = np.argsort(-clean)[: round(found.half * len(clean) / LABELS)]
        shares.append(hidden[first].sum() / hidden.sum())
    assert 0.45 <= np.mean(shares) <= 0.55


def test_the_curve_rises_to_what_is_said() -> None:
    found = depth_of("uniform", *draw(1, 0.02)[:2])
    rows = [each for each, _ in found.curve]
    assert rows == sorted(rows)
    assert (found.half, found.most) == (rows[4], rows[7])
    assert 1 <= found.half <= found.most <= LABELS


def test_what_is_not_in_sight_is_said_to_be() -> None:
    assert not depth_of("uniform", *draw(2, 0.0, 0.0)[:2]).in_sight
    assert depth_of("uniform", *draw(2, 0.0)[:2]).in_sight
