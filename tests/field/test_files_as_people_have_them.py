"""FIELD 1 to 13 and 37: people's files, as their tools write them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyarrow
import pytest
from pyarrow import parquet

import lit_hf
from lit_hf.errors import AmbiguousColumns, BadSetting, UnknownConfig, UnusableColumn
from lit_hf.tasks.tables.errors import InfiniteNumber, RaggedRow, WrongEncoding
from tests.support.tables import labels_by_text, reviews, task_of, write

GERMAN = [(f"Schöne Grüße, Straße {place} – „gut“", ("gut", "übel")[place % 2]) for place in range(60)]


def test_1_a_label_that_is_the_word_none(tmp_path: Path) -> None:
    rows = reviews(("None", "low", "high"), 120)
    task = task_of(write(tmp_path / "a.csv", rows))
    assert (task.classes, len(task.labels)) == (("None", "high", "low"), 120)


def test_2_quotes_that_open_and_never_close_in_a_tsv(tmp_path: Path) -> None:
    rows = [(f'"wow {place}' if place % 2 else f"wow {place}", place % 3) for place in range(120)]
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))
    task = task_of(path)
    assert labels_by_text(task) == {text: str(label) for text, label in rows}
    assert any("Quotes in a.tsv do not close" in note for note in task.dataset.notes)


@pytest.mark.parametrize("last", ['end"', '"end'])
def test_2_two_lone_quotes_in_a_tsv_swallow_nothing(tmp_path: Path, last: str) -> None:
    rows = [('"begin' if place == 5 else last if place == 50 else f"t {place}", place % 2) for place in range(60)]
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows))
    assert labels_by_text(task_of(path)) == {text: str(label) for text, label in rows}


def test_2_quotes_that_are_meant_work_in_a_tsv(tmp_path: Path) -> None:
    rows = [(f'say "{place}"\nand\tmore', place % 2) for place in range(30)]
    task = task_of(write(tmp_path / "a.tsv", rows, delimiter="\t"))
    assert set(task.inputs) == {text for text, _ in rows}


SHAPES: dict[str, Any] = {
    "columns": lambda frame: frame.to_json(),
    "records": lambda frame: frame.to_json(orient="records"),
    "index": lambda frame: frame.to_json(orient="index"),
    "split": lambda frame: frame.to_json(orient="split"),
    "table": lambda frame: frame.to_json(orient="table"),
    "lists": lambda frame: json.dumps(frame.to_dict(orient="list")),
    "wrapped": lambda frame: json.dumps({"data": frame.to_dict(orient="records")}),
    "pretty": lambda frame: json.dumps(frame.to_dict(orient="records"), indent=2),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_6_what_pandas_writes_as_json(tmp_path: Path, shape: str) -> None:
    rows = reviews(("a", "b"))
    path = tmp_path / "a.json"
    path.write_text(SHAPES[shape](pandas.DataFrame(rows, columns=["text", "label"])))
    assert labels_by_text(task_of(path)) == dict(rows)


def test_6_labels_of_mixed_type_are_text_and_that_is_said(tmp_path: Path) -> None:
    rows = reviews((1, "two", True))
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows))
    task = task_of(path)
    assert labels_by_text(task) == {text: str(label) for text, label in rows}
    assert any("'label' holds integer and text and truth" in note for note in task.dataset.notes)


@pytest.mark.parametrize(
    ("text", "holds"), [(["a", "list"], "lists"), ({"en": "a"}, "objects"), ([{"a": 1}], "objects"), (None, "nothing")]
)
@pytest.mark.parametrize("named", [True, False])
def test_6_a_text_that_is_none_is_named(tmp_path: Path, text: Any, holds: str, named: bool) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": place % 2}) for place in range(40)))
    if text is None:
        parquet.write_table(
            pyarrow.table({"text": pyarrow.nulls(40), "label": [0, 1] * 20}), path := tmp_path / "a.parquet"
        )
    with pytest.raises(UnusableColumn, match=f"'text' holds {holds}"):
        task_of(path, **({"text_column": "text"} if named else {}))


def test_6_a_label_that_is_an_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"t {place}", "label": {"name": "a"}}) for place in range(40)))
    with pytest.raises(UnusableColumn, match="'label' holds objects"):
        task_of(path)


def test_6_parquet_of_bytes_is_read_as_text_where_it_is_text(tmp_path: Path) -> None:
    texts, labels = zip(*GERMAN, strict=True)
    table = pyarrow.table({"text": [text.encode() for text in texts], "label": list(labels)})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert labels_by_text(task_of(tmp_path / "a.parquet")) == dict(GERMAN)
    noise = pyarrow.table({"text": [bytes([200, place]) for place in range(60)], "label": list(labels)})
    parquet.write_table(noise, tmp_path / "b.parquet")
    with pytest.raises(UnusableColumn, match="'text' holds bytes"):
        task_of(tmp_path / "b.parquet")


def test_8_a_folder_of_several_configurations(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for name, labels in (("en", ("a", "b")), ("de", ("c", "d", "e"))):
        (folder / name).mkdir(parents=True)
        write(folder / name / "train.csv", reviews(labels))
    (folder / "README.md").write_text(
        "---\nconfigs:\n- config_name: en\n  data_files: en/train.csv\n"
        "- config_name: de\n  data_files: de/train.csv\n---\n"
    )
    task = task_of(f"{folder}:de")
    assert (task.classes, task.dataset.config, task.dataset.id) == (("c", "d", "e"), "de", "data")
    for name in (str(folder), f"{folder}:fr"):
        with pytest.raises(UnknownConfig) as caught:
            task_of(name)
        assert caught.value.available == ("en", "de")


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.csv", {"delimiter": ";"}), ("a.csv", {"delimiter": "\t"}), ("a.csv", {"delimiter": "|"}),
        ("a.csv", {"delimiter": ";", "encoding": "cp1252"}), ("a.csv", {"encoding": "cp1252"}),
        ("a.csv", {"encoding": "utf-16"}), ("a.csv", {"encoding": "utf-16-le"}), ("a.csv", {"encoding": "utf-8-sig"}),
        ("a.tsv", {"delimiter": "\t", "encoding": "utf-16"}), ("a.csv", {"quoting": 1, "encoding": "utf-32"}),
    ],
)  # fmt: skip
def test_13_exports_of_spreadsheets(tmp_path: Path, name: str, how: dict[str, Any]) -> None:
    plain = task_of(write(tmp_path / "plain.csv", GERMAN))
    task = task_of(write(tmp_path / name, GERMAN, **how))
    assert labels_by_text(task) == dict(GERMAN)
    assert (task.dataset.fingerprint, task.classes) == (plain.dataset.fingerprint, plain.classes)


def test_13_a_packed_file(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.csv", GERMAN)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert task_of(tmp_path / "a.csv.gz").dataset.fingerprint == task_of(plain).dataset.fingerprint


def test_13_what_is_found_is_overridden_and_in_the_record(tmp_path: Path) -> None:
    polish = [(f"żółć {place}", ("tak", "nie")[place % 2]) for place in range(30)]
    path = write(tmp_path / "a.csv", polish, encoding="cp1250", delimiter="!")
    task = task_of(path, encoding="cp1250", separator="!")
    assert labels_by_text(task) == dict(polish)
    assert task.dataset.read_as == "csv, separated by '!', cp1250"
    with pytest.raises(WrongEncoding, match="no text in utf-8"):
        task_of(path, encoding="utf-8", separator="!")
    for wrong in ({"encoding": "klingon"}, {"separator": "ab"}):
        with pytest.raises(BadSetting):
            task_of(path, **wrong)
    parquet.write_table(pyarrow.table({"text": ["a"], "label": [1]}), tmp_path / "a.parquet")
    with pytest.raises(BadSetting, match="left out"):
        task_of(tmp_path / "a.parquet", encoding="utf-8")


@pytest.mark.parametrize("word", ["inf", "-Infinity", "1e999"])
def test_infinity_is_refused_with_its_line_where_it_is_used(tmp_path: Path, word: str) -> None:
    rows = [(f"t {place}", word if place == 7 else f"{place}.25", place % 2) for place in range(30)]
    path = write(tmp_path / "a.csv", rows, ("text", "score", "label"))
    with pytest.raises(InfiniteNumber, match="line 9"):
        task_of(path, label_column="score")
    assert len(task_of(path).labels) == 30


def test_words_for_nothing_among_numbers_are_counted_and_quoted(tmp_path: Path) -> None:
    rows = [(f"t {place}", ("NA", "nan", "1.5", "2.25", "")[place % 5]) for place in range(60)]
    task = task_of(write(tmp_path / "a.csv", rows))
    assert (task.kind, len(task.labels), task.dataset.missing_labels) == ("regression", 24, 36)
    assert any("12 `NA`, 12 `nan` stand for nothing" in note for note in task.dataset.notes)


def test_short_rows_are_filled_beyond_text_and_label_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label,source\n" + "".join(f"t {n},{n % 2}{',web' if n % 2 else ''}\n" for n in range(30)))
    assert len(task_of(path).labels) == 30
    with pytest.raises(RaggedRow, match=r"line 2 of a\.csv has 2 fields"):
        task_of(path, label_column="source")


def test_two_columns_that_differ_by_case_are_refused_unless_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(f"t {n}", n % 2, n % 3) for n in range(30)], ("text", "Label", "label"))
    with pytest.raises(AmbiguousColumns, match="Label, label"):
        task_of(path)
    assert len(task_of(path, label_column="label").classes) == 3


def test_a_field_may_be_as_long_as_it_likes(tmp_path: Path) -> None:
    rows = [(f"{place} " + "long " * 400_000 if place == 3 else f"t {place}", place % 2) for place in range(30)]
    assert set(task_of(write(tmp_path / "a.csv", rows)).inputs) == {text for text, _ in rows}


def test_no_type_is_fixed_by_the_first_rows(tmp_path: Path) -> None:
    rows = [(f"t {place}", place % 2 if place < 4_990 else "x") for place in range(5_000)]
    assert task_of(write(tmp_path / "a.csv", rows)).classes == ("0", "1", "x")
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows))
    assert task_of(path).classes == ("0", "1", "x")


def test_37_one_label_in_every_list_is_a_class(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = reviews(("a", "b", "c"))
    path.write_text("\n".join(json.dumps({"text": text, "labels": [label]}) for text, label in rows))
    task = task_of(path)
    assert (task.kind, labels_by_text(task)) == ("text-classification", dict(rows))
    assert any("exactly one label" in note for note in task.dataset.notes)
    sets = task_of(path, task="multi-label-classification")
    assert (sets.kind, sets.labels.shape) == ("multi-label-classification", (60, 3))


def test_37_codelength_pays_for_no_class_that_never_occurs() -> None:
    draw = np.random.default_rng(0)
    features, labels = draw.normal(size=(60, 4)).astype(np.float32), draw.integers(0, 3, 60)
    plain = lit_hf.codelength(features, labels, orders=1).bits
    assert lit_hf.codelength(features, labels + 1, orders=1).bits == plain
    assert lit_hf.codelength(features, labels * 7, orders=1).bits == plain
    assert lit_hf.codelength(features, labels + 1, orders=1, num_classes=4).bits > plain
