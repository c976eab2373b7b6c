"""Copies and near copies: counted exactly, within and between splits; near ones against all pairs by brute force."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lit_hf.checks.corpus import read_corpus
from lit_hf.checks.form import strong_form, units
from lit_hf.checks.minhash import NEAR, near_pairs
from lit_hf.checks.shingles import read_shingles
from lit_hf.data import check
from scripts.assets.texts import change, random_texts


def jaccard(one: str, other: str) -> float:
    """The definition, on the words themselves."""
    a, b = ({tuple(w[i : i + 3]) for i in range(len(w) - 2)} for w in (units(strong_form(x)) for x in (one, other)))
    return len(a & b) / len(a | b)


def test_copies_and_overlaps_are_counted_exactly() -> None:
    train, test = random_texts(200), random_texts(100, seed=1)
    train += [train[0].upper(), f"{train[1]}!", train[1], train[2].replace(" ", "  ")]
    test[:3] = [train[5], f"{train[6]}...", train[7].title()]
    found = check(train, [0, 1] * 102, test=(test, [0, 1] * 50))
    counts = {(each.split, each.other): each for each in found.duplicates.counts}
    inside, across = counts["train", "train"], counts["test", "train"]
    assert (inside.exact, inside.canonical, inside.near) == (4, 3, 0)
    assert (across.rows, across.exact, across.canonical, across.near) == (100, 3, 2, 0)
    assert across.share == 0.03
    assert counts["test", "test"].exact == 0
    assert len(found.pairs()) == 4 + 3
    assert {(each["split_b"], each["row_b"]) for each in found.pairs() if each["split_b"] == "test"} == {
        ("test", 0), ("test", 1), ("test", 2)
    }  # fmt: skip


@pytest.mark.parametrize("length", [20, 40, 100])
def test_near_copies_with_one_word_in_twenty_changed_are_found(length: int) -> None:
    rng = np.random.default_rng(length)
    texts = random_texts(300, length)
    copies = [change(text, 20, rng) for text in texts[:60]]
    found = check(texts + copies, [0, 1] * 180).duplicates
    pairs = {tuple(rows) for rows in found.pairs.rows.tolist()}
    assert np.mean([(row, 300 + row) in pairs for row in range(60)]) >= 0.95
    assert found.counts[0].near == 2 * len(pairs)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 30))
def test_proposed_pairs_are_right_and_few_are_missed(seed: int, every: int) -> None:
    rng = np.random.default_rng(seed)
    texts = random_texts(40, 30, seed)
    texts += [change(text, every, rng) for text in texts]
    pairs, overlap = near_pairs(read_shingles(read_corpus(texts)), 1)
    got = {tuple(pair): value for pair, value in zip(pairs.tolist(), overlap, strict=True)}
    true = {
        (a, b): value
        for a, b in itertools.combinations(range(len(texts)), 2)
        if (value := jaccard(texts[a], texts[b])) >= NEAR
    }
    assert set(got) <= set(true)
    assert all(got[pair] == pytest.approx(true[pair]) for pair in got)
    # At the limit the bands let 1.2 % pass; 40 pairs at it miss more than 4 with a chance of 1e-4.
    assert len(true) - len(got) <= 4


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    texts = random_texts(100)
    texts += [change(text, 10, rng) for text in texts]
    order = rng.permutation(200)
    here = {frozenset(pair) for pair in check(texts, [0, 1] * 100).duplicates.pairs.rows.tolist()}
    moved = check([texts[row] for row in order], [0, 1] * 100).duplicates.pairs.rows
    assert {frozenset(order[pair].tolist()) for pair in moved} == here
    assert here


def test_a_pair_of_texts_is_near_only_if_both_texts_are() -> None:
    premises, ends = random_texts(30, 40), random_texts(90, 8, seed=1)
    shared = [(premises[row // 3], ends[row]) for row in range(90)]
    assert check(shared, [0, 1, 2] * 30).duplicates.counts[0].near == 0
    copies = [(f"{first} more", second) for first, second in shared[::3]]
    found = check(shared + copies, [0, 1, 2] * 40).duplicates.counts[0]
    assert (found.exact, found.near) == (0, 60)


def test_texts_without_spaces_are_compared_by_their_characters() -> None:
    rng = np.random.default_rng(0)
    texts = ["".join(chr(0x4E00 + code) for code in rng.integers(0, 3_000, 60)) for _ in range(50)]
    near = [text[:30] + "我" + text[31:] for text in texts[:10]]
    assert check(texts + near, [0, 1] * 30).duplicates.counts[0].near == 20


def test_hashes_and_rows_of_numbers_are_compared_exactly() -> None:
    hashes = [bytes([row]) * 16 for row in range(50)] + [b"\x03" * 16]
    found = check(hashes, [0, 1, 0] * 17).duplicates
    assert (found.counts[0].exact, found.pairs.rows.tolist()) == (1, [[3, 50]])
    rows = list(np.random.default_rng(0).normal(size=(50, 4)))
    assert check([*rows, rows[7]], [0, 1, 0] * 17).duplicates.pairs.rows.tolist() == [[7, 50]]


def test_many_texts_alike_do_not_take_quadratic_time() -> None:
    template = random_texts(1, 60)[0]
    texts = [f"{template} number {row}" for row in range(4_000)]
    start = time.perf_counter()
    found = check(texts, [0, 1] * 2_000)
    assert time.perf_counter() - start < 30  # all pairs would be eight million confirmations: minutes
    assert found.duplicates.counts[0].near == 4_000
