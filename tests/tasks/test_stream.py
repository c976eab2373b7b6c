"""The stream: one permutation of distinct inputs that nothing but the inputs and the seed decides."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.tasks.stream import build_stream, draw, fingerprint, flatten, render

INPUTS = [f"text {index % 70}" for index in range(100)]
LABELS = [index % 3 for index in range(100)]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = list(zip(INPUTS, LABELS, strict=True))
    random.Random(1).shuffle(rows)
    assert build_stream([a for a, _ in rows], [b for _, b in rows], seed=5) == build_stream(INPUTS, LABELS, seed=5)


def test_labels_do_not_move_inputs_and_the_seed_does() -> None:
    stream = build_stream(INPUTS, LABELS, seed=0)
    assert build_stream(INPUTS, LABELS[::-1], seed=0).inputs == stream.inputs
    assert build_stream(INPUTS, LABELS, seed=1).inputs != stream.inputs


def test_more_data_keeps_the_relative_order() -> None:
    few = build_stream(INPUTS[:40], LABELS[:40], seed=0).inputs
    many = build_stream(INPUTS, LABELS, seed=0).inputs
    assert [value for value in many if value in set(few)] == few


def test_copies_of_an_input_are_one_group_with_all_its_labels() -> None:
    stream = build_stream(["a", "b", "a", "a"], [2, 0, 1, 2], seed=0)
    assert dict(zip(stream.inputs, stream.labels, strict=True)) == {"a": [1, 2, 2], "b": [0]}


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30), st.integers(0, 60))
def test_a_draw_is_cut_at_a_group_and_is_as_large_as_it_may_be(counts: list[int], limit: int) -> None:
    stream = build_stream(
        [f"{group}" for group, count in enumerate(counts) for _ in range(count)], [0] * sum(counts), seed=0
    )
    size = draw(stream, limit)
    drawn = sum(len(found) for found in stream.labels[:size])
    assert drawn <= limit
    assert size == len(counts) or drawn + len(stream.labels[size]) > limit


def test_flattened_groups_are_adjacent_and_in_order() -> None:
    labels, groups = flatten([[0], [1, 2], [1]])
    assert labels.tolist() == [0, 1, 2, 1]
    assert groups.tolist() == [0, 1, 1, 2]
    assert labels.dtype == groups.dtype == np.int64


def test_rendering_tells_inputs_apart_that_join_to_the_same_text() -> None:
    assert len({render("abc"), render(("ab", "c")), render(("a", "bc")), render("ab")}) == 4


def test_a_fingerprint_sees_content_and_not_row_order() -> None:
    base = fingerprint(["a", "b"], ["x", "y"])
    assert base == fingerprint(["b", "a"], ["y", "x"])
    assert base != fingerprint(["a", "b"], ["y", "x"])
    assert base != fingerprint(["a", "b", "b"], ["x", "y", "y"])
