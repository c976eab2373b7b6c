"""A dissection of records, datasets and arrays: the parts add up, and nothing is embedded that is not needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import lit_hf
import lit_hf.data
from lit_hf.config import from_mapping
from lit_hf.errors import BadSetting, LacksPart, MissingColumn, RecordChanged, UsageError
from lit_hf.records.record import Record, plain
from lit_hf.studies.dissect import COLUMNS, Dissection
from lit_hf.studies.dissected import dissect_data, dissect_record
from tests.support import kinds

SCHEMA = json.loads(
    resources.files("lit_hf").joinpath("records/schemas/data-dissect-1.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tiny data and encoders, a record of them, and one whose dataset is gone."""
    with kinds.working_in(tmp_path_factory.mktemp("dissect")) as made:
        lit_hf.evaluate("bert-a", "classes.csv", orders=2, twins=2).save("record")
        Path("gone.csv").write_bytes(Path("classes.csv").read_bytes())
        lit_hf.evaluate("bert-a", "gone.csv", orders=1, twins=1).save("of-gone")
        Path("gone.csv").unlink()
        yield made


def check(found: Dissection) -> dict[str, Any]:
    data: dict[str, Any] = plain(found.to_dict())
    jsonschema.validate(data, SCHEMA)
    total, slices = data["total"], data["slices"]
    assert sum(each["bits"] for each in slices) == pytest.approx(total["bits"], rel=1e-9, abs=1e-9)
    assert sum(each["labels"] for each in slices) == total["labels"]
    assert [*found.to_frame().columns] == [*COLUMNS]
    left = [each["share_left"] for each in slices]
    assert left == sorted(left, reverse=True)
    return data


def test_a_record_is_cut_by_its_labels_and_its_bits_are_the_records(folder: Path) -> None:
    record = Record.load("record")
    data = check(dissect_record(record, ["label"], {}))
    assert {each["values"][0] for each in data["slices"]} == {"low", "middle", "high"}
    assert data["total"]["bits"] + data["total"]["further_twins_bits"] == pytest.approx(record["transfer"]["bits"])
    assert data["total"]["code_bits"] == pytest.approx(record["codelength"]["bits"])
    assert data["reference"] == "random twin"
    assert all(each["prior_bits"] > 0 for each in data["slices"])


def test_a_record_whose_dataset_is_gone_is_still_cut_by_label_and_by_nothing_else(folder: Path) -> None:
    record = Record.load("of-gone")
    data = check(dissect_record(record, ["label"], {}))
    assert all(each["prior_bits"] is None for each in data["slices"])
    assert any("Without the class prior" in note for note in data["notes"])
    with pytest.raises(lit_hf.errors.LitError, match=r"gone\.csv"):
        dissect_record(record, ["length"], {})


def test_a_records_lengths_and_columns_need_no_features(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing is embedded")

    monkeypatch.setattr("lit_hf.studies.dissected.embedded", refuse)
    record = Record.load("record")
    assert len(check(dissect_record(record, ["length"], {}))["slices"]) == 8
    data = check(dissect_record(record, ["column:label"], {}))
    by_label = check(dissect_record(record, ["label"], {}))
    assert [each["bits"] for each in data["slices"]] == [each["bits"] for each in by_label["slices"]]


def test_clusters_come_from_the_store_and_are_the_same_each_time(folder: Path) -> None:
    first, second = (
        check(dissect_record(Record.load("record"), ["cluster:3", "label"], {})) for _ in range(2)
    )  # fmt: skip
    assert first["by"] == ["cluster:3", "label"]
    assert first["slices"] == second["slices"]


@pytest.mark.parametrize(
    ("model", "data", "given", "by"),
    [
        ("bert-a", "pairs.csv", {}, "length"),
        ("bert-a", "numbers.csv", {}, "label"),
        ("bert-a", "flags.csv", {"label_column": "short,bad"}, "label"),
        ("bert-a", "tokens.jsonl", {}, "label"),
        ("bert-a", "steps.csv", {"task": "ordinal-classification"}, "label"),
        ("vit-a", "images", {}, "label"),
        ("features:features-classes-alone.npz", "features:features-classes-alone.npz", {}, "cluster:2"),
    ],
)
def test_every_kind_of_input_and_label_is_cut(
    folder: Path, model: str, data: str, given: dict[str, Any], by: str
) -> None:  # fmt: skip
    settings = from_mapping({"model": model, "dataset": data, "orders": 1, **given}, "the test")
    found = check(dissect_data(settings, [by]))
    assert found["dataset"]["examples"] == found["total"]["labels"]


def test_columns_follow_their_rows(folder: Path) -> None:
    """A column that says which half of the file a row is in has, in each half, the labels of these rows."""
    texts = [f"{word} film {number}" for number in range(30) for word in ("good", "bad")]
    lines = [f"{text},{text.split()[0]},{'first' if row < 20 else ''}" for row, text in enumerate(texts)]
    Path("halves.csv").write_text("\n".join(["text,label,half", *lines]), encoding="utf-8")
    settings = from_mapping({"model": "bert-a", "dataset": "halves.csv", "orders": 1}, "the test")
    found = check(dissect_data(settings, ["half", "label"]))
    counts = {tuple(each["values"]): each["labels"] for each in found["slices"]}
    assert counts == {
        ("first", "good"): 10, ("first", "bad"): 10, ("(missing)", "good"): 20, ("(missing)", "bad"): 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "error", "said"),
    [
        (["lable"], MissingColumn, "no column 'lable'"),
        (["text"], UsageError, "as many as labels"),
        (["cluster:1"], UsageError, "no number of clusters"),
        (["cluster:900"], UsageError, "clusters of 44 different rows"),
        (["label", "length", "text"], UsageError, "at most two"),
        ([], UsageError, "something to cut by"),
    ],
)
def test_what_cannot_be_cut_by_is_refused(folder: Path, by: list[str], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as raised:
        dissect_record(Record.load("record"), by, {})
    assert getattr(raised.value, "next_step", None)


def test_other_data_under_the_records_name_are_not_taken_for_them(folder: Path) -> None:
    Path("gone.csv").write_bytes(Path("pairs.csv").read_bytes())
    try:
        with pytest.raises(RecordChanged, match="other examples"):
            dissect_record(Record.load("of-gone"), ["length"], {})
    finally:
        Path("gone.csv").unlink()


def test_a_record_without_arrays_says_what_to_do(folder: Path) -> None:
    with pytest.raises(LacksPart, match=r"arrays\.npz"):
        dissect_record(Record.load("record", arrays=False), ["label"], {})


def test_codelengths_of_arrays_are_cut_by_values() -> None:
    labels = np.arange(80) % 2
    features = np.stack([labels, 1 - labels], 1).astype("float32")
    coded, other = (
        lit_hf.codelength(rows, labels, orders=2, kinds=("discriminant",)) for rows in (features, 0 * features)
    )  # fmt: skip
    found = lit_hf.data.dissect(coded, {"half": ["a"] * 40 + ["b"] * 40}, other)
    check(found)
    assert found.total.estimate == pytest.approx(other.bits - coded.bits)
    assert found.plot().axes
    with pytest.raises(BadSetting, match="to compare with"):
        lit_hf.data.dissect(coded, {"half": labels})
    with pytest.raises(BadSetting, match="one for each"):
        lit_hf.data.dissect(coded, {"half": labels[:5]}, other)
    with pytest.raises(BadSetting, match="shape"):
        lit_hf.data.dissect(coded, {"half": labels}, np.ones(7))
