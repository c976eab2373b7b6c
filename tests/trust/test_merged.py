"""What one checkpoint cannot tell apart is counted for it and said; a shard that is another's is never taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.config import from_mapping
from lit_hf.encoders import load_encoder
from lit_hf.errors import LitWarning
from lit_hf.evaluation.merged import merged, merged_note
from lit_hf.evaluation.run import run
from lit_hf.features import FeatureStore, embed
from lit_hf.records.record import Record
from tests.support import tiny
from tests.support.tables import write

TEXTS = list(dict.fromkeys(tiny.texts(400)))[:120]
CUT = 9
"""Tokens that are read, of which two are [CLS] and [SEP]."""


def data(folder: Path) -> str:
    """Write the texts with random labels, and one of them in capitals, too: a near-copy is no other input."""
    rows = [(text, place % 2) for place, text in enumerate(TEXTS)]
    return str(write(folder / "data.csv", [*rows, (TEXTS[0].upper(), 0)]))


def expected() -> int:
    """Texts whose tokens up to the cut are those of another text."""
    tokenizer = tiny.tokenizer()
    read = [tuple(tokenizer(text, truncation=True, max_length=CUT)["input_ids"]) for text in TEXTS]
    return sum(read.count(each) > 1 for each in read)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    folder = tmp_path_factory.mktemp("merged")
    given: dict[str, Any] = {
        "model": str(tiny.save(folder / "model", tiny.bert())), "dataset": data(folder), "orders": 1,
        "cache_dir": str(folder / "cache"),
    }  # fmt: skip
    cut = from_mapping({**given, "max_tokens": CUT}, "a test")
    return {"whole": run(from_mapping(given, "a test")), "cut": run(cut), "again": run(cut)}


def test_a_short_cut_checkpoint_merges_what_it_cuts(results: dict[str, Record]) -> None:
    found = results["cut"]
    found.validate()
    assert 10 < expected() < 110
    assert found["dataset"]["merged"] == expected()
    assert [note for note in found["notes"] if "no features can tell them apart" in note]
    assert found["dataset"]["fingerprint"] == results["whole"]["dataset"]["fingerprint"]


def test_one_that_reads_whole_texts_merges_none(results: dict[str, Record]) -> None:
    assert results["whole"]["dataset"]["merged"] == 0
    assert not [note for note in results["whole"]["notes"] if "tell them apart" in note]


def test_the_count_is_the_same_from_the_store(results: dict[str, Record]) -> None:
    assert results["again"]["timings"]["embedded_now"] == 0
    assert results["again"]["dataset"]["merged"] == results["cut"]["dataset"]["merged"]
    assert results["again"]["codelength"] == results["cut"]["codelength"]


def test_near_copies_and_equal_inputs_are_told_apart_from_nothing() -> None:
    assert merged(np.array([7, 7, 8], np.uint64), np.array([0, 0, 1])) == 0
    assert merged(np.array([7, 7, 8, 7], np.uint64), np.array([0, 0, 1, 2])) == 3
    assert merged(np.zeros(0, np.uint64), np.zeros(0, np.int64)) == 0


def test_one_percent_is_no_news() -> None:
    assert merged_note(2, 200, "m") is None
    assert "3 of the 200" in (merged_note(3, 200, "m") or "")


def shard(folder: Path, **more: Any) -> tuple[Any, FeatureStore, Path]:
    """Embed the texts and return the encoder, its store, and the only note in it."""
    tiny.save(folder / "model", tiny.bert())
    encoder, store = load_encoder(str(folder / "model")), FeatureStore(folder / "features")
    embed(encoder, TEXTS, 10, store=store)
    notes = [file for file in store.folder(encoder.key).glob("*.json") if len(file.stem) == 32]
    return encoder, store, min(notes)


def test_a_shard_of_other_tokens_is_dropped_with_a_word(tmp_path: Path) -> None:
    encoder, store, note = shard(tmp_path)
    whole = embed(encoder, TEXTS, 10, store=store)
    assert whole.computed == 0
    values = json.loads(note.read_text())
    values["entered"] = values["entered"][16:] + values["entered"][:16]  # the rows are sound: they are others' rows
    note.write_text(json.dumps(values))
    with pytest.warns(LitWarning, match="other tokens"):
        again = embed(encoder, TEXTS, 10, store=store)
    assert again.computed > 0
    assert np.array_equal(again.array(), whole.array())
    assert embed(encoder, TEXTS, 10, store=store).computed == 0


@pytest.mark.parametrize("entered", ["xyz", "00", 7, [1], "0" * 16])
def test_a_note_with_junk_for_digests_is_dropped(tmp_path: Path, entered: object) -> None:
    encoder, store, note = shard(tmp_path)
    note.write_text(json.dumps({**json.loads(note.read_text()), "entered": entered}))
    with pytest.warns(LitWarning, match=r"damaged|other tokens"):
        assert embed(encoder, TEXTS, 10, store=store).computed > 0


def test_a_note_from_before_is_taken_and_nothing_is_counted(tmp_path: Path) -> None:
    encoder, store, note = shard(tmp_path)
    values = json.loads(note.read_text())
    del values["entered"]
    note.write_text(json.dumps(values))
    found = embed(encoder, TEXTS, 10, store=store)
    assert (found.computed, found.entered) == (0, None)
