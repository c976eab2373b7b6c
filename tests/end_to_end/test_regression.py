"""Regression from end to end: diabetes as features that a user brings, and numbers that belong to texts."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from lit_hf.config import Settings, from_mapping
from lit_hf.errors import BadSetting, LitError, TooFewClasses
from lit_hf.evaluation.run import evaluate, run
from lit_hf.proof.verify import verify
from lit_hf.records.record import Record
from lit_hf.reports.figure import curve_figure
from lit_hf.reports.terminal import report
from lit_hf.tasks import load_task
from lit_hf.tasks.targets import Regression
from tests.support import assets


def diabetes(folder: Path, **changes: Any) -> str:
    """Write scikit-learn's diabetes (442 patients, 10 columns); two of the columns are the baseline."""
    from sklearn.datasets import load_diabetes

    found = load_diabetes()
    arrays = {"features": found.data, "labels": found.target, "baseline_features": found.data[:, :2]} | changes
    np.savez(folder / "diabetes.npz", **arrays)
    return f"features:{folder / 'diabetes.npz'}"


def settings(model: str, **changes: object) -> Settings:
    return from_mapping({"model": model, "orders": 2, "task": "regression", "max_examples": 350, **changes}, "the test")


def printed(record: Record) -> str:
    console = Console(width=110, record=True, file=StringIO())
    for part in report(record, 110, "utf-8"):
        console.print(part)
    return console.export_text()


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return run(settings(diabetes(tmp_path_factory.mktemp("regression"))))


def test_features_save_bits_and_the_record_validates(record: Record) -> None:
    record.validate()
    base, transfer = record["baselines"], record["transfer"]
    assert transfer["interval"][0] > 60
    assert record["codelength"]["bits"] < base["class_prior"]["bits"] - 120
    assert abs(base["shuffled_labels"]["transfer_bits"]) <= 5
    assert base["shuffled_labels"]["code_minus_class_prior_bits"] <= 2
    assert record["holdout"]["metric"] == "rmse"
    assert 0.3 < record["holdout"]["r2"] < 0.6
    assert 45 < record["holdout"]["value"] < 65


def test_what_numbers_do_not_have_is_null_with_its_reason(record: Record) -> None:
    data, base, measures = record["dataset"], record["baselines"], record["measures"]
    assert (data["classes"], data["bin_width"], data["unit"]) == (None, 1.0, "example")
    assert data["null_name"] == "marginal"
    assert "no uniform code" in base["uniform"]["bits_reason"]
    for name in ("compression", "surplus", "calibration"):
        assert measures[name] is None
        assert measures[f"{name}_reason"]
    assert {row["accuracy"] for row in measures["budgets"]} == {None}
    assert measures["budgets"][-1]["rmse"] == pytest.approx(record["holdout"]["value"])
    assert abs(measures["coverage"]["encoder"][-1]["within_90"] - 0.9) < 0.07


def test_the_report_speaks_of_numbers(record: Record, tmp_path: Path) -> None:
    text = printed(record)
    assert "class prior" not in text
    assert "marginal" in text
    assert "in bins of 1" in text
    assert "RMSE" in text
    curve_figure(record)
    back = Record.load(record.save(tmp_path))
    assert back["dataset"]["bin_width"] == 1.0


def test_the_bits_come_again(record: Record, tmp_path: Path) -> None:
    again = run(settings(diabetes(tmp_path)))
    np.testing.assert_array_equal(again.arrays["bits_encoder"], record.arrays["bits_encoder"])
    np.testing.assert_array_equal(again.arrays["labels"], record.arrays["labels"])


def test_a_smaller_sample_is_a_prefix(record: Record, tmp_path: Path) -> None:
    small = run(settings(diabetes(tmp_path), max_examples=200, orders=1))
    edge = int(small.arrays["edges"][-2])
    np.testing.assert_allclose(
        small.arrays["bits_encoder"][0, :edge], record.arrays["bits_encoder"][0, :edge], rtol=1e-9
    )


def test_targets_that_are_not_whole_are_numbers_unasked(tmp_path: Path) -> None:
    from sklearn.datasets import load_diabetes

    name = diabetes(tmp_path, labels=load_diabetes().target / 4)
    task = load_task(settings(name, task=None))
    assert (task.kind, task.reads, task.target) == ("regression", "features", Regression(0.25, 25 / 4))
    assert load_task(settings(name, task=None, bin_width=0.5)).target == Regression(0.5)


@pytest.mark.parametrize(
    ("changes", "options", "error"),
    [
        ({"labels": np.full(442, 3.5)}, {}, TooFewClasses),
        ({"labels": np.array(["a", "b"] * 221)}, {}, BadSetting),
        ({"labels": np.linspace(1e9, 1e9 + 1, 442)}, {"bin_width": 1e-9}, BadSetting),
        ({}, {"bin_width": 0.0}, BadSetting),
        ({}, {"code": "block"}, BadSetting),
    ],
)
def test_what_cannot_be_coded_is_refused(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], error: type[LitError]
) -> None:
    with pytest.raises(error):
        run(settings(diabetes(tmp_path, **changes), **options))


def test_its_codelength_is_proved(record: Record, tmp_path: Path) -> None:
    found = verify(record.save(tmp_path / "record"))
    assert found.stated_bits == record["codelength"]["bits_per_order"][0]
    assert abs(found.payload_bits - found.stated_bits) <= 0.001 * found.stated_bits + 64
    assert found.uniform_bits is None


def scores(folder: Path, count: int) -> str:
    """Write reviews with the mean length of their words: a number derived from the text, and no benchmark."""
    texts = assets.rotten()[0][::7][:count]
    with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "score"])
        writer.writerows((text, round(sum(map(len, text.split())) / len(text.split()), 2)) for text in texts)
    return str(folder / "scores.csv")


def test_numbers_of_texts_are_coded_with_a_real_encoder(tmp_path: Path) -> None:
    found = evaluate(
        str(assets.l6_folder()), scores(tmp_path, 300), label_column="score", orders=1, twins=1, max_examples=240,
        cache_dir=str(tmp_path / "cache"),
    )  # fmt: skip
    found.validate()
    assert (found["dataset"]["kind"], found["dataset"]["bin_width"]) == ("regression", 0.01)
    assert found["baselines"]["raw_input"]["kind"] == "hashed TF-IDF"
    assert found["codelength"]["bits"] < found["baselines"]["class_prior"]["bits"] + 2
    assert abs(found["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
