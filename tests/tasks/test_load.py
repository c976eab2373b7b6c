"""From a name to a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

from lit_hf.config import Settings
from lit_hf.errors import (
    FileUnreadable,
    NoUsableInputs,
    TooFewClasses,
    TooFewExamples,
    UnknownDataset,
    UnknownSplit,
)
from lit_hf.tasks import Task, load_task

ROWS = [{"text": f"text {index}", "label": index % 3} for index in range(300)]


def settings(dataset: str = "data", **changes: Any) -> Settings:
    return Settings("model", dataset, **changes)


def same(first: Task, second: Task) -> bool:
    """Equal streams."""
    return (first.inputs, first.size) == (second.inputs, second.size) and np.array_equal(first.labels, second.labels)


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "parquet", "arrow", "folder", "saved"])
def test_every_kind_of_local_data_gives_the_same_task(tmp_path: Path, ending: str) -> None:
    data, path = Dataset.from_list(ROWS), tmp_path / f"data.{ending}"
    writers = {
        "csv": lambda: data.to_csv(path), "tsv": lambda: data.to_csv(path, sep="\t"),
        "parquet": lambda: data.to_parquet(path),
        "json": lambda: data.to_json(path, lines=False), "jsonl": lambda: data.to_json(path),
        "folder": lambda: (path.mkdir(), data.to_csv(path / "train.csv")), "saved": lambda: data.save_to_disk(path),
        "arrow": lambda: _write_arrow(data, path),
    }  # fmt: skip
    writers[ending]()
    task = load_task(settings(str(path)))
    assert same(task, load_task(settings(), data))
    assert task.dataset.id == path.name
    assert task.dataset.columns == {"text": "text", "text_pair": None, "label": "label"}


def _write_arrow(data: Dataset, path: Path) -> None:
    data.save_to_disk(path.with_suffix(".dir"))
    (path.with_suffix(".dir") / "data-00000-of-00001.arrow").rename(path)


def test_the_order_of_rows_in_the_file_does_not_matter() -> None:
    task, turned = (load_task(settings(), Dataset.from_list(rows)) for rows in (ROWS, ROWS[::-1]))
    assert same(task, turned)
    assert task.dataset.fingerprint == turned.dataset.fingerprint


def test_fewer_examples_are_a_prefix_and_have_the_same_classes() -> None:
    data = Dataset.from_list(ROWS)
    many, few = load_task(settings(), data), load_task(settings(max_examples=25), data)
    assert few.inputs == many.inputs
    assert few.size == len(few.labels) == 25
    assert np.array_equal(few.labels, many.labels[:25])
    assert few.classes == many.classes == ("0", "1", "2")


def test_declared_class_names_are_kept_in_their_order() -> None:
    features = Features({"text": Value("string"), "label": ClassLabel(names=["neg", "neutral", "pos"])})
    data = Dataset.from_list([row for row in ROWS if row["label"] != 1], features=features)
    task = load_task(settings(), data)
    assert task.classes == ("neg", "neutral", "pos")
    assert set(task.labels) == {0, 2}


def test_missing_labels_empty_texts_and_copies_are_counted() -> None:
    extra: list[dict[str, Any]] = [
        {"text": "unlabelled", "label": None}, {"text": "unlabelled too", "label": -1}, {"text": "  ", "label": 1},
        {"text": None, "label": 0}, {"text": "text 0", "label": 2}, {"text": "text 0", "label": 0},
    ]  # fmt: skip
    task = load_task(settings(missing_label="-1"), Dataset.from_list([*ROWS, *extra]))
    info = task.dataset
    assert (info.read, info.missing_labels, info.empty_inputs, info.duplicates) == (306, 2, 2, 2)
    assert len(task.inputs) == task.size == 300
    group = task.inputs.index("text 0")
    assert task.labels[task.groups == group].tolist() == [0, 0, 2]
    assert set(task.groups) == set(range(300))


def test_pairs_are_inputs_of_two_texts() -> None:
    rows = [{"premise": f"a {index}", "hypothesis": f"b {index}", "label": index % 2} for index in range(40)]
    task = load_task(settings(), Dataset.from_list(rows))
    assert task.kind == "text-pair-classification"
    assert sorted(task.inputs) == sorted((row["premise"], row["hypothesis"]) for row in rows)


def test_the_validation_split_is_held_out_without_the_coded_inputs() -> None:
    held = [{"text": f"new {index}", "label": index % 3} for index in range(30)] + ROWS[:10]
    data = DatasetDict(train=Dataset.from_list(ROWS), validation=Dataset.from_list(held))
    task = load_task(settings(), data)
    assert task.holdout is not None
    assert task.holdout.source == "validation split"
    assert sorted(task.holdout.inputs) == sorted(row["text"] for row in held[:30])
    named = {row["text"]: row["label"] for row in held}
    assert [named[text] for text in task.holdout.inputs] == task.holdout.labels.tolist()


def test_without_a_validation_split_undrawn_examples_are_held_out() -> None:
    task = load_task(settings(max_examples=100), Dataset.from_list(ROWS))
    assert task.holdout is not None
    assert task.holdout.source == "undrawn examples"
    assert list(task.holdout.inputs) == list(task.inputs[100:])


def test_nothing_is_held_out_when_all_is_drawn() -> None:
    assert load_task(settings(), Dataset.from_list(ROWS)).holdout is None


def test_a_split_is_chosen_by_name_and_an_unknown_one_refused() -> None:
    data = DatasetDict(test=Dataset.from_list(ROWS[:60]), train=Dataset.from_list(ROWS))
    assert load_task(settings(), data).dataset.split == "train"
    assert load_task(settings(split="test"), data).dataset.read == 60
    with pytest.raises(UnknownSplit):
        load_task(settings(split="dev"), data)


@pytest.mark.parametrize(
    "rows, error",
    [
        (ROWS[:19], TooFewExamples),
        ([{**row, "label": 1} for row in ROWS], TooFewClasses),
        ([{**row, "text": " "} for row in ROWS], NoUsableInputs),
    ],
)
def test_data_that_cannot_be_coded_is_refused(rows: list[dict[str, Any]], error: type[Exception]) -> None:
    with pytest.raises(error):
        load_task(settings(), Dataset.from_list(rows))


def test_too_few_drawn_examples_are_refused() -> None:
    with pytest.raises(TooFewExamples):
        load_task(settings(max_examples=19), Dataset.from_list(ROWS))


def test_an_unknown_name_gets_the_nearest_alias() -> None:
    with pytest.raises(UnknownDataset) as caught:
        load_task(settings("rotten_tomatos"))
    assert "rotten_tomatoes" in caught.value.suggestions


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for name, content in {"data.txt": "x", "empty.csv": "", "broken.parquet": "no"}.items():
        (tmp_path / name).write_text(content)
        with pytest.raises(FileUnreadable) as caught:
            load_task(settings(str(tmp_path / name)))
        assert name in caught.value.path
