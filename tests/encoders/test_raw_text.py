"""The raw-input arm: hashed TF-IDF that never looks ahead of its shard."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.encoders import raw_input
from lit_hf.encoders.raw_text import hash_counts
from lit_hf.errors import BadSetting
from lit_hf.features import FeatureStore, embed
from tests.support import tiny

POOL = tiny.texts(700)


def test_rows_have_length_one_and_the_stated_width() -> None:
    rows = raw_input("text-classification").encode(POOL[:50]).rows
    assert rows.shape == (50, 2048)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-6)


def test_later_inputs_change_no_earlier_row() -> None:
    encoder = raw_input("text-classification")
    whole = embed(encoder, POOL, 600, store=None).array()
    other = embed(encoder, [*POOL[:362], *tiny.texts(338, 5_000)], 600, store=None).array()
    assert np.array_equal(whole[:362], other[:362])
    assert not np.array_equal(whole[362:], other[362:])


def test_resuming_from_the_store_gives_the_floats_of_one_pass(tmp_path) -> None:  # type: ignore[no-untyped-def]
    encoder, store = raw_input("text-classification"), FeatureStore(tmp_path)
    embed(encoder, POOL, 300, store=store)
    resumed = embed(encoder, POOL, 700, store=store)
    assert resumed.reused > 0
    assert np.array_equal(resumed.array(), embed(encoder, POOL, 700, store=None).array())


def test_document_frequency_weighs_rare_words_more() -> None:
    rows = raw_input("text-classification").encode(["the plot"] + ["the film"] * 9).rows
    the, plot = (np.flatnonzero(hash_counts([word], 2048)[0])[0] for word in ("the", "plot"))
    assert abs(rows[0, plot]) > abs(rows[0, the])


def test_a_pair_tells_its_sides_apart_and_marks_shared_words() -> None:
    rows = raw_input("text-pair-classification").encode([("good", "bad"), ("bad", "good"), ("good", "good")]).rows
    assert not np.allclose(rows[0], rows[1])
    assert np.count_nonzero(rows[2]) == 3  # each side's word, and that it is shared


def test_there_is_no_raw_arm_for_an_unknown_kind_and_no_twin_of_raw_input() -> None:
    with pytest.raises(BadSetting):
        raw_input("nonsense")
    with pytest.raises(BadSetting):
        raw_input("text-classification").twin(0)
