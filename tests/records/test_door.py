"""What a record says of itself in Python: its number, why there is none, its bits as a frame; and how it is found."""

from __future__ import annotations

import traceback
from pathlib import Path

import numpy as np
import pytest

import lit_hf
from lit_hf.errors import LacksPart, UnknownKey
from lit_hf.records.record import Record
from lit_hf.records.store import ResultsStore
from tests.support.records import make_record


def test_the_number_its_interval_and_no_reason() -> None:
    record = make_record()
    assert record.bits == record["transfer"]["bits"]
    assert record.interval == tuple(record["transfer"]["interval"])
    assert record.codelength == record["codelength"]["bits"]
    assert record.reason is None


def test_without_a_baseline_there_is_a_reason() -> None:
    record = make_record()
    record["transfer"].update(
        {"bits": None, "interval": None, "bits_per_label": None, "bits_reason": "there is no baseline"}
    )
    assert (record.bits, record.interval, record.reason) == (None, None, "there is no baseline")


def test_the_frame_adds_up() -> None:
    record = make_record()
    frame = record.to_frame()
    orders = len(record.arrays["bits_encoder"])
    assert list(frame.columns[: orders + 1]) == ["label", *(f"bits_encoder_{n}" for n in range(orders))]
    total = np.mean([frame[f"bits_encoder_{n}"].sum() for n in range(orders)])
    assert total == pytest.approx(record.codelength)
    with pytest.raises(LacksPart, match=r"arrays\.npz"):
        Record(record.data).to_frame()


def test_stored_records_are_found_by_parts_of_names(tmp_path: Path) -> None:
    store = ResultsStore.at(tmp_path)
    for id, model in (("a" * 16, "org/one"), ("b" * 16, "org/two")):
        record = make_record()
        record.data["id"] = id
        record["model"]["id"] = model
        store.keep(record)
    assert [each["id"] for each in lit_hf.records("one", cache_dir=tmp_path)] == ["a" * 16]
    assert len(lit_hf.records(cache_dir=tmp_path)) == 2
    assert lit_hf.records(dataset="no such", cache_dir=tmp_path) == []


def test_a_traceback_shows_the_next_step() -> None:
    with pytest.raises(UnknownKey) as raised:
        lit_hf.evaluate("m", "d", max_exmples=5)
    shown = "".join(traceback.format_exception(raised.value))
    assert raised.value.next_step in shown
    assert "max_examples" in raised.value.next_step
