"""TRUST W4 to W11: labels that were dropped, merged or misread without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from datasets import ClassLabel, Dataset, Features, Value
from pyarrow import parquet

from lit_hf.config import from_mapping
from lit_hf.errors import BadSetting
from lit_hf.tasks import Task, load_task
from lit_hf.tasks.tables.errors import OpenQuotes, RaggedRow
from tests.support.tables import labels_by_text, reviews, task_of, write


def in_memory(rows: dict[str, Any], features: Features | None = None, **settings: Any) -> Task:
    data = Dataset.from_dict(rows, features=features)
    return load_task(from_mapping({"model": "m", "dataset": "in memory", **settings}, "a test"), data)


@pytest.mark.parametrize("scale", [(-1, 0, 1), (-2, -1, 0, 1, 2), (-1, 1)])
def test_w4_minus_one_is_a_step_of_a_scale(tmp_path: Path, scale: tuple[int, ...]) -> None:
    rows = reviews(scale)
    task = task_of(write(tmp_path / "a.csv", rows))
    assert task.classes == tuple(map(str, scale))
    assert (task.dataset.missing_labels, labels_by_text(task)) == (0, {text: str(label) for text, label in rows})
    [note] = task.dataset.notes
    assert f"of {60 // len(scale)} of the 60 labels" in note
    assert "`--missing-label -1`" in note


def test_w4_minus_one_is_left_out_when_asked_or_where_names_are_declared(tmp_path: Path) -> None:
    task = task_of(write(tmp_path / "a.csv", reviews((-1, 0, 1))), missing_label="-1")
    assert (task.classes, task.dataset.missing_labels, task.dataset.notes) == (("0", "1"), 20, ())
    features = Features({"text": Value("string"), "label": ClassLabel(names=["no", "yes"])})
    texts, labels = zip(*reviews((-1, 0, 1)), strict=True)
    declared = in_memory({"text": list(texts), "label": list(labels)}, features)
    assert (declared.classes, declared.dataset.missing_labels, declared.dataset.notes) == (("no", "yes"), 20, ())


@pytest.mark.parametrize("words", [("NA", "None", "null"), ("nan", "good"), ("n/a", "N/A", "NaN"), ("", "a", "b")])
def test_w5_words_that_others_take_for_nothing_are_labels(tmp_path: Path, words: tuple[str, ...]) -> None:
    rows = reviews(words)
    task = task_of(write(tmp_path / "a.csv", rows))
    kept = [(text, label) for text, label in rows if label]
    assert labels_by_text(task) == dict(kept)
    assert task.dataset.missing_labels == len(rows) - len(kept)


def test_w6_labels_that_numbers_do_not_tell_apart_stay_apart(tmp_path: Path) -> None:
    rows = reviews(("01", "1", "001", "1.0"))
    task = task_of(write(tmp_path / "a.csv", rows))
    assert (labels_by_text(task), len(task.classes)) == (dict(rows), 4)


@pytest.mark.parametrize("price", ["3.50", "2.0", "1e3", "00024", "+5"])
def test_w6_a_text_is_as_it_was_written(tmp_path: Path, price: str) -> None:
    rows = [(f"{place}.5", place % 2) for place in range(30)] + [(price, 1)]
    task = task_of(write(tmp_path / "a.csv", rows), text_column="text")
    assert set(task.inputs) == {text for text, _ in rows}


def test_w7_an_unquoted_comma_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "".join(f"one, two {n},{n % 2}\n" if n == 30 else f"t{n},1\n" for n in range(40)))
    with pytest.raises(RaggedRow, match=r"line 32 of a\.csv has 3 fields, and its first line names 2"):
        task_of(path)


def test_w8_a_lone_quote_swallows_no_line_of_a_csv(tmp_path: Path) -> None:
    lines = [f'"it was {n},{n % 2}' if n % 20 == 5 else f"it was {n},{n % 2}" for n in range(60)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    with pytest.raises(OpenQuotes) as caught:
        task_of(path)
    assert (caught.value.count, caught.value.lines) == (3, (7, 27, 47))


def test_w8_fields_of_several_lines_are_read_and_said(tmp_path: Path) -> None:
    rows = [(f"first\nsecond {place}" if place in (3, 9) else f"text {place}", place % 2) for place in range(30)]
    task = task_of(write(tmp_path / "a.csv", rows))
    assert set(task.inputs) == {text for text, _ in rows}
    assert task.dataset.notes == ("2 fields go over several lines in a.csv, the first at line 5.",)


@pytest.mark.parametrize("make", [float, int, bool])
@pytest.mark.parametrize("holed", [False, True])
def test_w10_rows_of_flags_are_flags_whatever_their_type(make: type, holed: bool) -> None:
    marks = np.random.default_rng(0).integers(0, 2, (40, 5))
    rows: list[Any] = [[make(value) for value in row] for row in marks]
    rows[7] = None if holed else rows[7]
    task = in_memory({"text": [f"text {place}" for place in range(40)], "labels": rows})
    assert (task.kind, len(task.classes)) == ("multi-label-classification", 5)
    expected = {f"text {place}": row.tolist() for place, row in enumerate(marks) if not holed or place != 7}
    assert {task.inputs[group]: row.tolist() for group, row in zip(task.groups, task.labels, strict=True)} == expected


def test_w10_ids_stay_ids_and_what_is_neither_is_refused() -> None:
    texts = [f"text {place}" for place in range(40)]
    ids = in_memory({"text": texts, "labels": [[[], [0], [1], [0, 1]][place % 4] for place in range(40)]})
    assert (ids.classes, ids.labels.sum(0).tolist()) == (("0", "1"), [20, 20])
    with pytest.raises(BadSetting, match="rows of 0 and 1 of one length"):
        in_memory({"text": texts, "labels": [[[1, 0, 1], [0, 1]][place % 2] for place in range(40)]})


def test_the_same_rows_are_the_same_task_in_every_format(tmp_path: Path) -> None:
    rows = [(f"NA {place}" if place % 3 else f"{place:05}", ("NA", "none", "null")[place % 3]) for place in range(60)]
    table = {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
    write(tmp_path / "a.csv", rows)
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": a, "label": b}) for a, b in rows))
    parquet.write_table(pyarrow.table(table), tmp_path / "a.parquet")
    tasks = [task_of(tmp_path / f"a.{ending}") for ending in ("csv", "jsonl", "parquet")]
    assert len({task.dataset.fingerprint for task in tasks}) == 1
    assert {task.classes for task in tasks} == {("NA", "none", "null")}
    assert all(task.dataset.missing_labels == task.dataset.empty_inputs == 0 for task in tasks)
