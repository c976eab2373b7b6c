"""Streams: read once, in order, no further than they are coded, and never held whole."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest

import lit_hf
from lit_hf.config import Settings, from_mapping
from lit_hf.errors import BadSetting, TooFewExamples
from lit_hf.features.store import shard_address
from lit_hf.tasks import load_task
from lit_hf.tasks.contract import Task
from lit_hf.tasks.disk_list import DiskList
from lit_hf.tasks.streaming import UnknownClasses, UnknownLabel
from tests.support import assets

ROWS = [(f"text {number}", ("no", "yes")[number * 7 % 3 == 0]) for number in range(60)]


def settings(tmp_path: Path, **more: Any) -> Settings:
    given = {"model": "m", "dataset": "in memory", "streaming": True, "cache_dir": str(tmp_path), **more}
    return from_mapping(given, "the test")


def stream_of(rows: list[tuple[Any, Any]], features: datasets.Features | None = None) -> datasets.IterableDataset:
    def rows_of() -> Iterator[dict[str, Any]]:
        yield from ({"text": text, "label": label} for text, label in rows)

    return datasets.IterableDataset.from_generator(rows_of, features=features)


def load(tmp_path: Path, rows: list[tuple[Any, Any]] = ROWS, **more: Any) -> Task:
    return load_task(settings(tmp_path, classes="no,yes", **more), stream_of(rows))  # type: ignore[arg-type]


def test_the_order_is_that_of_arrival(tmp_path: Path) -> None:
    task = load(tmp_path, seed=5)
    assert list(task.inputs) == [text for text, _ in ROWS]
    assert task.labels.tolist() == [("no", "yes").index(label) for _, label in ROWS]
    assert task.groups.tolist() == list(range(60))
    assert (task.streamed, task.holdout, task.classes) == (True, None, ("no", "yes"))


def test_no_more_is_read_than_is_coded(tmp_path: Path) -> None:
    read: list[int] = []

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(100_000):
            read.append(number)
            yield {"text": f"text {number}", "label": number % 2}

    data = datasets.IterableDataset.from_generator(
        rows, features=datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["a", "b"]))
    )
    task = load_task(settings(tmp_path, max_examples=300), data)  # type: ignore[arg-type]
    assert (len(task.labels), task.classes) == (300, ("a", "b"))
    assert len(read) < 1_000


def test_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    rows = [("", "yes"), (None, "no"), ("unlabelled", None), *ROWS, ROWS[0]]
    task = load(tmp_path, rows)
    assert (task.dataset.empty_inputs, task.dataset.missing_labels, task.dataset.read) == (2, 1, 64)
    assert (task.dataset.duplicates, len(task.labels)) == (1, 61)


def test_classes_must_be_declared_and_hold_every_label(tmp_path: Path) -> None:
    data: Any = stream_of(ROWS)
    with pytest.raises(UnknownClasses, match="classes in column 'label'"):
        load_task(settings(tmp_path), data)
    with pytest.raises(UnknownLabel, match="'yes'"):
        load_task(settings(tmp_path, classes="no,maybe"), data)
    with pytest.raises(TooFewExamples):
        load_task(settings(tmp_path, classes="no,yes", max_examples=10), data)


def test_a_stream_has_one_order(tmp_path: Path) -> None:
    assert settings(tmp_path).orders == 1
    with pytest.raises(BadSetting, match="orders"):
        settings(tmp_path, orders=3)
    with pytest.raises(BadSetting, match="classes"):
        Settings("m", "d", classes="a,b")
    with pytest.raises(BadSetting, match="streaming"):
        load_task(Settings("m", "d"), stream_of(ROWS))  # type: ignore[arg-type]


def test_settings_of_streams_leave_older_names_as_they_are() -> None:
    plain = Settings("m", "d", orders=1, held_out=2_000)
    assert plain.fingerprint() != plain.replace(streaming=True).fingerprint()
    assert plain.fingerprint() == "76ad100b1e8853cd"


def test_the_fingerprint_is_of_the_rows_in_their_order(tmp_path: Path) -> None:
    prints = {
        load(tmp_path, rows).dataset.fingerprint
        for rows in (ROWS, list(ROWS), ROWS[::-1], [(text, "no") for text, _ in ROWS[:-1]] + [("x", "yes")])
    }
    assert len(prints) == 3


def test_a_stream_is_not_held_in_memory(tmp_path: Path) -> None:
    """40 MB of text pass by; 256 rows of it, 5 MB, are in memory at a time."""

    def rows() -> Iterator[dict[str, Any]]:
        yield from ({"text": f"{number} " * 4_000, "label": number % 2} for number in range(2_000))

    data = datasets.IterableDataset.from_generator(
        rows, features=datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["a", "b"]))
    )
    tracemalloc.start()
    task = load_task(settings(tmp_path), data)  # type: ignore[arg-type]
    before, addresses = task.inputs[1500], shard_address(task.inputs[:1000], None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(len(str(text)) for text in task.inputs) > 35_000_000
    assert peak < 20_000_000
    assert before == "1500 " * 4_000
    assert addresses == shard_address([f"{number} " * 4_000 for number in range(1_000)], None)


def test_a_spool_gives_back_texts_and_pairs(tmp_path: Path) -> None:
    values = ["plain", ("a", 'b "c"'), "", "häßlich \ud800", "line\nbreak"]
    spool = DiskList(tmp_path)
    for value in values:
        spool.append(value)
    spool.close()
    assert list(spool) == list(spool[:]) == values
    assert (list(spool[1:4][1:]), spool[-1], len(spool[2:])) == (values[2:4], values[-1], 3)
    assert list(tmp_path.iterdir()) == []


def test_a_stream_is_evaluated_with_the_features_of_its_inputs(tmp_path: Path) -> None:
    texts, labels, _ = assets.rotten()
    mixed = np.random.default_rng(0).permutation(len(texts))[::70]  # the file of reviews is sorted by label
    labels = np.asarray(labels)[mixed]
    file = tmp_path / "reviews.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *zip([texts[row] for row in mixed], labels, strict=True)])
    record = lit_hf.evaluate(
        str(assets.l6_folder()), str(file), streaming=True, classes="0,1", twins=1, cache_dir=str(tmp_path)
    )
    record.validate()
    np.testing.assert_array_equal(record.arrays["labels"], labels)
    np.testing.assert_array_equal(record.arrays["order"], np.arange(len(labels))[None])
    parts = record["transfer"]["interval_parts"]
    assert (parts["orders"], "order of" not in parts["orders_reason"]) == (None, True)
    assert "one order, that of arrival" in parts["orders_reason"]
    assert record["transfer"]["estimand"].startswith("L_IT of this stream")
    assert (record["holdout"], "no further than it is coded" in record["holdout_reason"]) == (None, True)
    assert any("one stream in its order of arrival" in note for note in record["notes"])
    again = lit_hf.evaluate(**{**record.rerun_settings(), "model": str(assets.l6_folder())})
    assert again["timings"]["embedded_now"] == 0
    assert again["transfer"] == record["transfer"]


@pytest.mark.parametrize(
    ("labels", "given", "said"),
    [
        ([0.25, 1.5], {}, "regression.*--classes"),
        ([["a"], ["a", "b"]], {}, "multi-label-classification"),
        ([["a"], []], {"task": "multi-label-classification"}, "task"),
        ([1, 2], {"task": "regression"}, "task"),
    ],
)
def test_labels_that_are_no_classes_are_refused_as_what_they_are(
    labels: list[Any], given: dict[str, Any], said: str, tmp_path: Path
) -> None:
    rows = datasets.Dataset.from_dict({"text": [f"text {place}" for place in range(60)], "label": labels * 30})
    data: Any = rows.to_iterable_dataset()
    with pytest.raises(BadSetting, match=said) as found:
        load_task(settings(tmp_path, **given), data)
    assert "stream" in str(found.value)


def test_several_columns_of_flags_are_refused_also_with_classes(tmp_path: Path) -> None:
    texts = [f"text {place}" for place in range(60)]
    rows = datasets.Dataset.from_dict({"text": texts, "a": [0, 1] * 30, "b": [1] * 60})
    data: Any = rows.to_iterable_dataset()
    with pytest.raises(BadSetting, match="multi-label"):
        load_task(settings(tmp_path, label_column="a,b", classes="0,1"), data)


def test_whole_numbers_with_named_classes_are_a_stream(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict({"text": [f"text {place}" for place in range(60)], "label": [0.0, 1.0] * 30})
    data: Any = rows.to_iterable_dataset()
    assert load_task(settings(tmp_path, classes="0,1"), data).classes == ("0", "1")
