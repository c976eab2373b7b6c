"""FIELD 10 and 11: folders of sounds with a table beside them, and streams that are sorted by label."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.stream_order import SortedStream, require_mixed
from lit_hf.tasks.streaming import UnknownLabel
from tests.support import media
from tests.support.tables import labels_by_text, reviews, task_of, write


def sounds(folder: Path, count: int = 24) -> list[tuple[str, str]]:
    rows = [(f"clips/{place}.wav", ("dog", "cat")[place % 2]) for place in range(count)]
    (folder / "clips").mkdir(parents=True)
    for place, (name, _) in enumerate(rows):
        media.write_wav(folder / name, media.tone(200.0 + 10 * place))
    return rows


def test_10_sounds_with_metadata(tmp_path: Path) -> None:
    rows = sounds(tmp_path / "data")
    write(tmp_path / "data" / "metadata.csv", rows, ("file_name", "label"))
    task = task_of(tmp_path / "data")
    assert (task.kind, task.classes, len(task.labels)) == ("audio-classification", ("cat", "dog"), 24)
    named: dict[Any, Any] = {Path(value.name).name: label for value, label in labels_by_text(task).items()}
    assert named == {Path(name).name: label for name, label in rows}


@pytest.mark.parametrize(("name", "reason"), [("../secret.wav", "outside"), ("clips/none.wav", "no file")])
def test_10_metadata_that_names_what_is_not_there(tmp_path: Path, name: str, reason: str) -> None:
    rows = sounds(tmp_path / "data")
    media.write_wav(tmp_path / "secret.wav", media.tone(300.0))
    write(tmp_path / "data" / "metadata.csv", [*rows, (name, "dog")], ("file_name", "label"))
    with pytest.raises(FileUnreadable, match=reason):
        task_of(tmp_path / "data")


def test_11_a_stream_that_is_sorted_is_refused_and_drawn_from_a_buffer(tmp_path: Path) -> None:
    rows = [(f"text {place}", place // 300) for place in range(600)]
    path = write(tmp_path / "a.csv", rows)
    how = {"streaming": True, "classes": "0,1"}
    with pytest.raises(SortedStream, match="all '0'") as caught:
        task_of(path, max_examples=100, **how)
    assert "--shuffle-buffer 1000" in (caught.value.next_step or "")
    with pytest.raises(SortedStream, match=r"sorted by label \(0, 1\)"):
        task_of(path, max_examples=400, **how)
    task = task_of(path, max_examples=100, shuffle_buffer=600, **how)
    assert 20 < task.labels.sum() < 80
    assert labels_by_text(task) == {text: str(label) for text, label in rows if text in set(task.inputs)}
    assert any("600 rows at a time" in note for note in task.dataset.notes)
    again, other = (task_of(path, max_examples=100, shuffle_buffer=600, seed=seed, **how) for seed in (0, 1))
    assert list(again.inputs) == list(task.inputs)
    assert list(other.inputs) != list(task.inputs)


@pytest.mark.parametrize("labels", [[0] * 19 + [1], [0, 1, 2] * 9, [0] * 30 + [1] + [0] * 30])
def test_11_an_order_that_chance_may_give_is_no_sorted_one(labels: list[int]) -> None:
    require_mixed(labels, ("a", "b", "c"), 0)


def test_11_a_stream_of_a_csv_has_labels_as_they_are_written(tmp_path: Path) -> None:
    rows = reviews(("01", "1", "NA"))
    path = write(tmp_path / "a.csv", rows, encoding="cp1252", delimiter=";", quoting=csv.QUOTE_ALL)
    task = task_of(path, streaming=True, classes="01,1,NA")
    assert labels_by_text(task) == dict(rows)


def test_w4_a_stream_asks_what_minus_one_is(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", reviews((-1, 0, 1)))
    with pytest.raises(UnknownLabel) as caught:
        task_of(path, streaming=True, classes="0,1")
    assert "--missing-label -1" in (caught.value.next_step or "")
    task = task_of(path, streaming=True, classes="0,1", missing_label="-1")
    assert (len(task.labels), task.dataset.missing_labels) == (40, 20)
    assert task_of(path, streaming=True, classes="-1,0,1").dataset.missing_labels == 0
