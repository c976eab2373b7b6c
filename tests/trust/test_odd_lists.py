"""W10 and its kind: lists that are flags in any spelling, lists of labels, and lists that are neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lit_hf.errors import BadSetting, FileUnreadable, TooFewClasses
from lit_hf.tasks import Task
from tests.support.tables import reviews, task_of


def lists(folder: Path, *rows: Any, **settings: Any) -> Task:
    path = folder / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": row}) for text, row in reviews(rows)))
    return task_of(path, **settings)


def sums(task: Task) -> dict[str, int]:
    """Return how often each label holds."""
    return dict(zip(task.classes, task.labels.sum(0).tolist(), strict=True))


@pytest.mark.parametrize(
    "rows", [([1, 0, 1], [0, 1, 1]), ([1.0, 0, 1], [0, 1.0, 1]), (["1", "0", "1"], ["0", "1", "1"])]
)
def test_flags_are_flags_in_any_spelling(rows: tuple[list[Any], ...], tmp_path: Path) -> None:
    assert sums(lists(tmp_path, *rows)) == {"label 0": 30, "label 1": 30, "label 2": 60}


def test_flags_with_a_hole_are_a_row_without_labels(tmp_path: Path) -> None:
    task = lists(tmp_path, [1, 0, 1], [0, None, 1], [0, 1, 1])
    assert (sums(task), task.dataset.missing_labels) == ({"label 0": 20, "label 1": 20, "label 2": 40}, 20)


def test_nothing_in_a_list_is_no_label(tmp_path: Path) -> None:
    task = lists(tmp_path, ["a", None], ["b"], [None])
    assert (sums(task), task.dataset.missing_labels) == ({"a": 20, "b": 20}, 0)


def test_a_label_named_twice_holds_once(tmp_path: Path) -> None:
    assert sums(lists(tmp_path, ["a", "a"], ["b", "a"])) == {"a": 60, "b": 30}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (([0.25, 0.75], [0.5, 0.5]), "holds 0.25"),
        (([0.0, 1.0], [float("inf"), 0.0]), "holds inf"),
        (([1, -1, 1], [-1, 1, -1]), r"a row is \[1, -1, 1\]"),
        (([2, 0, 2], [0, 1, 1]), r"a row is \[2, 0, 2\]"),
    ],
)
def test_numbers_that_are_no_ids_are_refused(rows: tuple[list[float], ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=said):
        lists(tmp_path, *rows)


@pytest.mark.parametrize("low", [2**53, 2**60, -(2**53) - 1])
def test_whole_numbers_that_floats_do_not_tell_apart_are_no_targets(low: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in reviews((low, low + 1, 7))))
    assert len(task_of(path).classes) == 3
    with pytest.raises(BadSetting, match="numbers that a float holds; row"):
        task_of(path, task="regression")


@pytest.mark.parametrize("line", ['{"text": "a", "label": "a", "label": "b"}', '{"text": ', "[1]"])
@pytest.mark.parametrize("place", [0, 700])
def test_a_stream_that_breaks_is_named(line: str, place: int, tmp_path: Path) -> None:
    lines = [json.dumps({"text": text, "label": label}) for text, label in reviews(("a", "b"), 900)]
    lines[place] = line
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(FileUnreadable, match=r"cannot read .*a\.jsonl"):
        task_of(tmp_path / "a.jsonl", streaming=True, classes="a,b")


def test_one_label_in_all_lists_is_none(tmp_path: Path) -> None:
    with pytest.raises(TooFewClasses):
        lists(tmp_path, ["a"], ["a", "a"], [None])
