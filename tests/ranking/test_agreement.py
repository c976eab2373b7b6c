"""Agreement of scores."""

from __future__ import annotations

import math

import pytest

from lit_hf.ranking.agreement import agreement_table, kendall, top1_regret, weighted_kendall


def test_kendall_counts_pairs() -> None:
    assert kendall([1, 2, 3, 4], [1, 2, 3, 4]) == pytest.approx(1)
    assert kendall([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert kendall([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)


def test_an_exchange_at_the_top_costs_more() -> None:
    truth = [4, 3, 2, 1]
    assert weighted_kendall([3, 4, 2, 1], truth) < weighted_kendall([4, 3, 1, 2], truth) < 1


def test_missing_scores_are_left_out_and_too_few_give_nan() -> None:
    assert kendall([1, math.nan, 2], [1, 5, 2]) == pytest.approx(1)
    assert math.isnan(kendall([1, math.nan], [1, 2]))
    assert math.isnan(weighted_kendall([1], [1]))
    assert math.isnan(kendall([1, 1, 1], [1, 2, 3]))
    with pytest.raises(ValueError, match="one length"):
        kendall([1, 2], [1, 2, 3])


def test_regret_is_what_the_choice_loses() -> None:
    assert top1_regret([1, 3, 2], [0.9, 0.8, 0.7]) == pytest.approx(0.1)
    assert top1_regret([3, 3, 2], [0.9, 0.8, 0.7]) == pytest.approx(0.05)
    assert top1_regret([math.nan, 1], [0.9, 0.8]) == pytest.approx(0.0)
    assert math.isnan(top1_regret([math.nan], [1.0]))


def test_table_has_each_pair_once() -> None:
    table = agreement_table({"a": [1, 2, 3], "b": [1, 2, 3], "c": [3, 2, 1]})
    assert table == {("a", "b"): pytest.approx(1), ("a", "c"): pytest.approx(-1), ("b", "c"): pytest.approx(-1)}
