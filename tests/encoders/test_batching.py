"""Batch plans: every input once, within the budget, a function of the lengths alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.encoders.batching import pad_right, plan_batches

LENGTHS = st.lists(st.integers(1, 300), max_size=60)


@given(LENGTHS, st.integers(1, 1_000))
def test_a_plan_holds_every_input_once(lengths: list[int], budget: int) -> None:
    batches = plan_batches(lengths, budget)
    assert sorted(index for batch in batches for index in batch.tolist()) == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 1_000))
def test_a_batch_stays_within_the_budget_unless_one_input_exceeds_it(lengths: list[int], budget: int) -> None:
    for batch in plan_batches(lengths, budget):
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= budget or len(batch) == 1


@given(LENGTHS, st.integers(1, 1_000))
def test_padding_waste_is_small_because_neighbours_have_like_lengths(lengths: list[int], budget: int) -> None:
    tops = [max(lengths[index] for index in batch) for batch in plan_batches(lengths, budget)]
    assert tops == sorted(tops, reverse=True)


def test_padding_fills_the_right_end() -> None:
    assert pad_right([[1, 2, 3], [4]], 9).tolist() == [[1, 2, 3], [4, 9, 9]]
    assert pad_right([[]], 0).dtype == np.int64
