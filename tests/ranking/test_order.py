"""Paired intervals, Holm, rank intervals, and what would separate a tie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lit_hf.measures.intervals import block_edges, interval
from lit_hf.ranking.intervals import (
    beaten_by,
    compare_all,
    holm,
    labels_to_separate,
    rank_intervals,
    ties_with_best,
)


def orders(count: int, groups: int, generator: np.random.Generator) -> np.ndarray:
    return np.array([generator.permutation(groups) for _ in range(count)])


def test_interval_covers_the_expected_total() -> None:
    groups, mean, hits, trials = 400, 0.1, 0, 300
    for seed in range(trials):
        generator = np.random.default_rng(seed)
        example = 0.8 * generator.standard_normal(groups)  # shared by the orders: three orders are not three samples
        order = orders(3, groups, generator)
        position = np.argsort(order, axis=1)
        trend = 5 / (position + 5.0)  # the first examples differ most
        noise = 0.3 * generator.standard_normal((3, groups)) + 4 * generator.standard_normal((3, 1)) / groups
        found = interval(mean + example + trend + noise, order=order)
        truth = groups * mean + (5 / (np.arange(groups) + 5.0)).sum()
        hits += found.low <= truth <= found.high
    assert 0.91 <= hits / trials <= 0.99


def test_one_order_has_no_order_variance() -> None:
    found = interval(np.random.default_rng(0).standard_normal((1, 100)))
    assert found.orders is None
    assert found.variance == found.examples


def test_antisymmetric_and_at_least_one_bit_wide() -> None:
    difference = np.random.default_rng(1).standard_normal((3, 200))
    there, back = interval(difference), interval(-difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert interval(np.zeros((3, 200))).high == 1.0
    assert interval(np.zeros((3, 200))).p == 1.0


def test_interval_excludes_zero_exactly_when_p_says_so() -> None:
    for seed in range(50):
        found = interval(0.1 + np.random.default_rng(seed).standard_normal((3, 300)))
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


@given(st.integers(1, 5000))
def test_blocks_are_large_and_cover_everything(groups: int) -> None:
    edges = block_edges(groups)
    assert edges[0] == 0
    assert edges[-1] == groups
    assert len(edges) == 2 or min(np.diff(edges)) >= 16


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03], 0.05) == [True, False, False]
    assert holm([0.01, 0.02, 0.04], 0.05) == [True, True, True]
    assert holm([float("nan"), 0.001], 0.05) == [False, True]


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(0, 1000))
def test_rank_intervals_hold_the_observed_rank(count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    bits = generator.gamma(2, 1, (1, 1, 300)) + 0.3 * generator.standard_normal((count, 3, 300))
    bits += np.linspace(0, generator.uniform(0, 0.2), count)[:, None, None]
    beaten = beaten_by(compare_all(bits), count)
    totals = bits.sum(axis=2).mean(axis=1)
    observed = 1 + np.argsort(np.argsort(totals))
    for (low, high), rank in zip(rank_intervals(beaten), observed, strict=True):
        assert low <= rank <= high
    ties = ties_with_best(totals.tolist(), beaten)
    assert ties[0] == int(totals.argmin())


def test_clear_gaps_give_single_ranks_and_a_copy_ties() -> None:
    generator = np.random.default_rng(3)
    shared = generator.gamma(2, 1, (3, 500))
    bits = np.array([shared + gap + 0.1 * generator.standard_normal((3, 500)) for gap in (0.5, 0.0, 1.0)])
    bits = np.concatenate([bits, bits[1:2]])
    beaten = beaten_by(compare_all(bits), 4)
    assert rank_intervals(beaten) == [(3, 3), (1, 2), (4, 4), (1, 2)]
    assert ties_with_best(bits.sum((1, 2)).tolist(), beaten) == [1, 3]


def test_more_labels_separate_what_they_were_said_to() -> None:
    generator = np.random.default_rng(4)
    difference = 0.05 + generator.standard_normal((1, 1000))
    need = labels_to_separate(difference, pairs=1)
    assert need is not None
    assert need > 0
    longer = np.hstack([difference, 0.05 + generator.standard_normal((1, 6 * need))])
    assert interval(longer).p < 0.05
    assert labels_to_separate(longer, pairs=1) == 0
    assert labels_to_separate(difference, pairs=28) > need


def test_a_gap_that_has_turned_never_separates() -> None:
    noise = np.random.default_rng(5).standard_normal((2, 200))
    noise -= noise.mean(axis=1, keepdims=True)
    difference = np.hstack([0.3 + noise[:1], -0.2 + noise[1:]])
    assert labels_to_separate(difference, pairs=1) is None
