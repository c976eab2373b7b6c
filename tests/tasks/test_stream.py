"""The stream: one permutation of distinct inputs that nothing but the inputs and the seed decides."""

from __future__ import annotations

import hashlib
import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.runtime.inputs import Input, render
from lit_hf.tasks.holdout import make_holdout
from lit_hf.tasks.stream import (
    Stream,
    build_stream,
    draw,
    fingerprint,
    form_of,
    grouped_fingerprint,
    near_copies,
)

INPUTS = [f"text {index % 70}" for index in range(100)]
LABELS = [index % 3 for index in range(100)]


def plain(stream: Stream) -> tuple[list[Input], list[list[int]], list[int]]:
    labels = [stream.labels_of(index) for index in range(len(stream.inputs))]
    return list(stream.inputs), labels, stream.groups.tolist()


def test_the_order_of_rows_does_not_matter() -> None:
    rows = list(zip(INPUTS, LABELS, strict=True))
    random.Random(1).shuffle(rows)
    mixed = build_stream([a for a, _ in rows], [b for _, b in rows], seed=5)
    assert plain(mixed) == plain(build_stream(INPUTS, LABELS, seed=5))


def test_labels_do_not_move_inputs_and_the_seed_does() -> None:
    stream = build_stream(INPUTS, LABELS, seed=0)
    assert build_stream(INPUTS, LABELS[::-1], seed=0).inputs == stream.inputs
    assert build_stream(INPUTS, LABELS, seed=1).inputs != stream.inputs


def test_more_data_keeps_the_relative_order() -> None:
    few = list(build_stream(INPUTS[:40], LABELS[:40], seed=0).inputs)
    many = build_stream(INPUTS, LABELS, seed=0).inputs
    assert [value for value in many if value in set(few)] == few


def test_copies_of_an_input_are_one_group_with_all_its_labels() -> None:
    stream = build_stream(["a", "b", "a", "a"], [2, 0, 1, 2], seed=0)
    assert dict(zip(*plain(stream)[:2], strict=True)) == {"a": [1, 2, 2], "b": [0]}


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30), st.integers(0, 60))
def test_a_draw_is_cut_at_a_group_and_is_as_large_as_it_may_be(counts: list[int], limit: int) -> None:
    stream = build_stream(
        [f"{group}" for group, count in enumerate(counts) for _ in range(count)], [0] * sum(counts), seed=0
    )
    drawn = draw(stream, limit)
    assert len(drawn.labels) == sum(len(stream.labels_of(index)) for index in range(drawn.size)) <= limit
    assert drawn.size == len(counts) or len(drawn.labels) + len(stream.labels_of(drawn.size)) > limit


def test_drawn_labels_are_adjacent_and_know_their_input_and_group() -> None:
    stream = Stream(["a", "A", "b", "c"], *map(np.array, ([0, 1, 2, 1, 3], [0, 1, 3, 4, 5], [0, 0, 1, 2])))
    drawn = draw(stream, 4)
    assert (drawn.size, drawn.labels.tolist()) == (3, [0, 1, 2, 1])
    assert drawn.members.tolist() == [0, 1, 1, 2]
    assert drawn.groups.tolist() == [0, 0, 0, 1]
    assert draw(stream, 2).size == 0
    assert {each.dtype for each in (drawn.labels, drawn.members, drawn.groups)} == {np.dtype(np.int64)}


COPIES = ["a b", " A  b ", "Ａ b", "c", "straße", "STRASSE", "d"]


def test_near_copies_are_one_group_and_keep_their_own_input() -> None:
    stream = build_stream(COPIES, [0, 1, 2, 3, 4, 5, 6], seed=3)
    together = {}
    for value, group in zip(stream.inputs, stream.groups, strict=True):
        together.setdefault(group, set()).add(value)
    assert {frozenset(each) for each in together.values()} == {
        frozenset(COPIES[:3]), frozenset(["c"]), frozenset(["straße", "STRASSE"]), frozenset(["d"])
    }  # fmt: skip
    assert stream.groups.tolist() == sorted(stream.groups)
    assert near_copies(stream) == 5
    owners = dict(zip(*plain(stream)[:2], strict=True))
    assert owners == {value: [label] for label, value in enumerate(COPIES)}


def test_a_group_stands_where_its_first_member_would_stand_alone() -> None:
    alone = build_stream(COPIES, [0] * 7, seed=3, form=render).inputs
    grouped = build_stream(COPIES, [0] * 7, seed=3)
    groups = grouped.groups.tolist()
    firsts = [grouped.inputs[groups.index(group)] for group in dict.fromkeys(groups)]
    assert firsts == [value for value in alone if value in firsts]


def test_data_without_near_copies_are_as_they_were() -> None:
    exact, grouped = build_stream(INPUTS, LABELS, seed=0, form=render), build_stream(INPUTS, LABELS, seed=0)
    assert plain(exact) == plain(grouped)
    assert grouped.groups.tolist() == list(range(len(grouped.inputs)))
    assert grouped_fingerprint("abc", near_copies(grouped)) == "abc" != grouped_fingerprint("abc", 2)


def test_held_out_inputs_are_no_near_copies_of_coded_ones() -> None:
    words = [f"Text {number}" for number in range(60)]
    stream = build_stream(words, [0] * 60, seed=0)
    other = build_stream([f"{word.upper()}  " for word in words], [0] * 60, seed=0)
    found = make_holdout(other, stream, draw(stream, 30).size, 500)
    assert found is not None
    coded = {form_of(value) for value in stream.inputs[:30]}
    assert not coded & {form_of(value) for value in found.inputs}
    assert (found.source, len(found.labels)) == ("validation split", 30)
    mixed = build_stream([*words, *(word.upper() for word in words)], [0] * 120, seed=0)
    left = make_holdout(None, mixed, draw(mixed, 31).size, 500)
    assert left is not None
    assert not {form_of(value) for value in mixed.inputs[: draw(mixed, 31).size]} & set(map(form_of, left.inputs))


def test_held_out_labels_are_the_first_of_as_many_as_are_asked_for() -> None:
    stream = build_stream([f"text {number}" for number in range(90)], list(range(90)), seed=0)
    many, few = make_holdout(None, stream, 10, 70), make_holdout(None, stream, 10, 25)
    assert many is not None
    assert few is not None
    assert (len(many.labels), len(few.labels)) == (70, 25)
    assert list(few.inputs) == list(many.inputs)[:25]
    assert few.groups is not None
    assert len(set(few.groups)) == 25
    assert make_holdout(None, stream, 75, 70) is None  # 15 are left


def test_rendering_tells_inputs_apart_that_join_to_the_same_text() -> None:
    assert len({render("abc"), render(("ab", "c")), render(("a", "bc")), render("ab")}) == 4


def test_a_fingerprint_sees_content_and_not_row_order() -> None:
    base = fingerprint(["a", "b"], ["x", "y"])
    assert base == fingerprint(["b", "a"], ["y", "x"])
    assert base != fingerprint(["a", "b"], ["y", "x"])
    assert base != fingerprint(["a", "b", "b"], ["x", "y", "y"])


def by_hand(inputs: list[str], labels: list[int], seed: int) -> tuple[list[str], list[list[int]], list[int]]:
    """Return the same stream by dictionaries of Python objects."""
    found: dict[bytes, tuple[str, list[int]]] = {}
    for value, label in zip(inputs, labels, strict=True):
        digest = hashlib.blake2b(render(value), key=seed.to_bytes(16, "little"), digest_size=16).digest()
        found.setdefault(digest, (value, []))[1].append(label)
    groups: dict[bytes, list[bytes]] = {}
    for digest in sorted(found):
        groups.setdefault(form_of(found[digest][0]), []).append(digest)
    ordered = [(number, found[digest]) for number, members in enumerate(groups.values()) for digest in members]
    return [v for _, (v, _) in ordered], [sorted(own) for _, (_, own) in ordered], [number for number, _ in ordered]


few_letters = st.tuples(st.text("aAbß sS", max_size=4), st.integers(0, 5))


@given(st.lists(few_letters, min_size=1, max_size=60), st.integers(0, 9))
def test_a_stream_is_what_dictionaries_of_objects_give(rows: list[tuple[str, int]], seed: int) -> None:
    inputs, labels = [text for text, _ in rows], [label for _, label in rows]
    assert plain(build_stream(inputs, labels, seed)) == by_hand(inputs, labels, seed)
