"""`features:FILE` in place of a model: digits' pixels as features that a user brings."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from rich.console import Console

from lit_hf.config import Settings, from_mapping
from lit_hf.encoders import load_encoder
from lit_hf.errors import (
    BadSetting,
    FileUnreadable,
    LitError,
    MissingArray,
    NoFeatureFile,
    NotFiniteFeatures,
    UsageError,
)
from lit_hf.evaluation.run import evaluate, run
from lit_hf.records.record import Record
from lit_hf.reports.figure import curve_figure
from lit_hf.reports.terminal import report
from lit_hf.tasks import load_task
from tests.support import assets

COUNT = 400


def write(folder: Path, **changes: np.ndarray | None) -> str:
    """Write a file of digits, pixels as features, a random projection of eight as the baseline; return its name."""
    pixels, labels = assets.digits()
    noise = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    arrays = {"features": pixels[:COUNT], "labels": labels[:COUNT], "baseline_features": pixels[:COUNT] @ noise}
    arrays = {name: array for name, array in {**arrays, **changes}.items() if array is not None}
    np.savez(folder / "digits.npz", **arrays)
    return f"features:{folder / 'digits.npz'}"


def settings(model: str, **changes: object) -> Settings:
    return from_mapping({"model": model, "orders": 1, "max_examples": 300, **changes}, "the test")


def printed(record: Record) -> str:
    console = Console(width=100, record=True, file=StringIO())
    for part in report(record, 100, "utf-8"):
        console.print(part)
    return console.export_text()


def test_brought_features_are_measured_against_the_brought_baseline(tmp_path: Path) -> None:
    record = run(settings(write(tmp_path)))
    record.validate()
    transfer = record["transfer"]
    assert transfer["baseline"] == "baseline_features"
    assert transfer["interval"][0] > 50
    assert abs(record["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
    assert record["baselines"]["raw_input"]["bits"] is None
    assert record["holdout"]["value"] > 0.7
    assert "baseline features" in printed(record)


def test_without_a_baseline_the_codelength_stands_by_itself(tmp_path: Path) -> None:
    alone, both = (run(settings(write(tmp_path, **change))) for change in ({"baseline_features": None}, {}))
    alone.validate()
    assert alone["transfer"]["bits"] is None
    assert "baseline_features" in alone["transfer"]["bits_reason"]
    assert alone["codelength"]["bits"] < alone["baselines"]["class_prior"]["bits"] / 2
    assert both["codelength"]["bits"] == pytest.approx(alone["codelength"]["bits"], rel=0.2)  # other hash, other sample
    text = printed(alone)
    assert "not measured" in text
    assert "random twin" not in text.replace("no random twin", "")
    curve_figure(alone)
    saved = Record.load(alone.save(tmp_path / "record"))
    assert set(saved.arrays) >= {"bits_encoder", "labels"}
    assert "bits_baseline" not in saved.arrays


def test_parquet_and_npz_are_the_same_task_and_the_same_rows(tmp_path: Path) -> None:
    name = write(tmp_path, baseline_features=None)
    pixels, labels = assets.digits()
    table = pa.table({"features": pixels[:COUNT].tolist(), "labels": labels[:COUNT], "note": ["x"] * COUNT})
    parquet.write_table(table, tmp_path / "digits.parquet")
    other = f"features:{tmp_path / 'digits.parquet'}"
    tasks = [load_task(settings(each)) for each in (name, other)]
    assert tasks[0].dataset.fingerprint == tasks[1].dataset.fingerprint
    rows = [load_encoder(each).encode(task.inputs).rows for each, task in zip((name, other), tasks, strict=True)]
    assert np.array_equal(*rows)


def test_rows_with_the_same_numbers_are_one_group_and_missing_labels_are_dropped(tmp_path: Path) -> None:
    pixels, labels = assets.digits()
    features, found = np.concatenate([pixels[:100], pixels[:10]]), np.concatenate([labels[:100], labels[:10]])
    found[50:53] = -1
    name = write(tmp_path, features=features, labels=found, baseline_features=None)
    assert len(load_task(settings(name)).inputs) == 100  # -1 is a class like any other, unless it is said to be none
    task = load_task(settings(name, missing_label="-1"))
    assert (len(task.inputs), task.dataset.duplicates, task.dataset.missing_labels) == (97, 10, 3)


def test_nothing_is_stored_twice(tmp_path: Path) -> None:
    run(settings(write(tmp_path), cache_dir=str(tmp_path / "cache")))
    assert not list(tmp_path.rglob("*.npy"))


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"labels": None}, MissingArray, "labels"),
        ({"features": np.zeros(COUNT)}, FileUnreadable, "rows of numbers"),
        ({"features": np.zeros((3, 2))}, FileUnreadable, "one row for each"),
        ({"features": np.full((COUNT, 2), np.nan)}, LitError, "NaN|too few"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, np.ndarray | None], error: type[LitError], words: str
) -> None:
    with pytest.raises(error, match=words):
        run(settings(write(tmp_path, **changes)))


def test_one_broken_row_is_named(tmp_path: Path) -> None:
    features = assets.digits()[0][:COUNT].copy()
    features[7, 3] = np.inf
    with pytest.raises(NotFiniteFeatures) as caught:
        run(settings(write(tmp_path, features=features, baseline_features=None), max_examples=COUNT))
    assert caught.value.rows == 1


def test_wrong_names_say_what_to_do(tmp_path: Path) -> None:
    name = write(tmp_path)
    with pytest.raises(NoFeatureFile) as caught:
        run(settings(name.replace("digits", "digit")))
    assert caught.value.suggestions == (name,)
    with pytest.raises(BadSetting, match="left out"):
        evaluate(name, "glue/sst2")
    with pytest.raises(UsageError, match="dataset"):
        from_mapping({"model": "org/model"}, "the test")
