"""`lit-hf eval MODEL SUITE.yaml`: a row for each dataset, failures too, and what they come to."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from lit_hf.cli.suite import folder_name
from lit_hf.config import Settings
from lit_hf.errors import UnknownDataset
from lit_hf.records.record import Record
from lit_hf.suites.suite import shipped
from tests.support import tiny
from tests.support.command_line import Lit, replace_run
from tests.support.records import make_record


def suite(folder: Path, text: str = "datasets: [one, {dataset: two, split: test}]\norders: 2\n") -> str:
    file = folder / "suite.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_each_dataset_is_evaluated_with_its_settings(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    code, out, _ = lit("eval", "org/model", suite(tmp_path), "--seed", "3")
    assert code == 0
    assert [(each.dataset, each.split, each.orders, each.seed) for each in stored] == [
        ("one", None, 2, 3), ("two", "test", 2, 3)
    ]  # fmt: skip
    assert "together" in out
    assert "2 of 2 datasets measured" in out


def test_json_adds_up_the_bits(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    code, out, _ = lit("eval", "m", suite(tmp_path), "--format", "json", "--output", str(tmp_path / "out"))
    found, single = json.loads(out), make_record(examples=500)["transfer"]
    assert code == 0
    assert found["schema"] == "lit-hf/suite/1"
    whole = found["aggregate"]
    assert whole["transfer_bits"] == pytest.approx(2 * single["bits"])
    assert whole["interval"][0] < whole["transfer_bits"] < whole["interval"][1]
    assert whole["bits_per_label"] == pytest.approx(whole["transfer_bits"] / 1000)
    assert "how" in whole
    assert json.loads((tmp_path / "out" / "suite.json").read_text()) == found


def test_quiet_is_the_sum_alone(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    code, out, err = lit("eval", "m", suite(tmp_path), "--format", "quiet")
    assert (code, err) == (0, "")
    assert float(out) == pytest.approx(2 * make_record(examples=500)["transfer"]["bits"])


def failing(settings: Settings, *, progress: object = None, data: object = None) -> Record:
    if settings.dataset == "two":
        raise UnknownDataset("two", ["one"])
    return make_record(examples=500)


def test_a_dataset_that_fails_is_a_row(lit: Lit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replace_run(monkeypatch, failing)
    code, out, err = lit("eval", "m", suite(tmp_path), "--format", "json")
    found = json.loads(out)
    assert code == 1, "a job that was not done must be seen by a script"
    assert "1 of 2 datasets of" in err
    assert "lit-hf eval MODEL two" in err
    assert [row["error"] is None for row in found["rows"]] == [True, False]
    assert (found["aggregate"]["measured"], found["aggregate"]["failed"]) == (1, 1)
    assert "! two:" in lit("eval", "m", suite(tmp_path))[1]


def test_when_every_dataset_fails_the_command_does(lit: Lit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replace_run(monkeypatch, failing)
    code, _, err = lit("eval", "m", suite(tmp_path, "datasets: [two]\n"))
    assert code == 1
    assert "no dataset of" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dataset: [one]\n", "datasets"),
        ("datasets: [{dataset: one, labelcolumn: x}]\n", "label_column"),
        ("datasets: [one]\nmax_exmples: 5\n", "max_examples"),
    ],
)
def test_unknown_keys_are_refused_with_the_nearest_known_one(
    lit: Lit, stored: Sequence[Settings], tmp_path: Path, text: str, words: str
) -> None:
    code, _, err = lit("eval", "m", suite(tmp_path, text))
    assert code != 0
    assert words in err
    assert not stored


def test_a_suite_without_a_model_or_datasets_says_so(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    code, _, err = lit("eval", "m", suite(tmp_path, "models: [m]\n"))
    assert (code, "no datasets" in err) == (2, True)


def test_local_files_are_measured_without_network(lit: Lit, tmp_path: Path) -> None:
    model = tiny.save(tmp_path / "bert", tiny.bert())
    for name, start in (("first", 0), ("second", 100)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label"])
            writer.writerows((text, int("film" in text)) for text in tiny.texts(60, start))
    names = ", ".join(str(tmp_path / f"{name}.csv") for name in ("first", "second", "missing"))
    text = f"datasets: [{names}]\norders: 1\ntwins: 1\n"
    code, out, _ = lit(
        "eval",
        str(model),
        suite(tmp_path, text),
        "--format",
        "json",
        "--cache-dir",
        str(tmp_path / "cache"),
        "--output",
        str(tmp_path / "out"),
    )
    found = json.loads(out)
    assert code == 1
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["01-first.csv", "02-second.csv", "suite.json"]
    assert Record.load(tmp_path / "out" / "02-second.csv")["id"] == found["rows"][1]["record"]
    assert [row["labels"] if row["error"] is None else None for row in found["rows"]] == [60, 60, None]
    assert found["aggregate"]["labels"] == 120


def test_the_package_ships_suites(lit: Lit, stored: Sequence[Settings]) -> None:
    assert {"glue", "multilingual", "sentences", "vision", "audio"} == set(shipped())
    assert lit("eval", "m", "suite:glue")[0] == 0
    assert len(stored) == 9
    assert stored[4].task == "regression"


def test_a_suite_that_is_not_shipped_names_those_that_are(lit: Lit, stored: Sequence[Settings]) -> None:
    for words in (("eval", "m", "suite:gleu"), ("rank", "suite:gleu", "m")):
        code, _, err = lit(*words)
        assert code == 1
        assert "Did you mean suite:glue?" in err
        assert "suite:sentences" in err
    assert not stored


@pytest.mark.parametrize(
    ("dataset", "name"),
    [("glue/sst2", "01-glue-sst2"), ("a/b/reviews.csv", "01-reviews.csv"), ("facebook/xnli:de", "01-facebook-xnli-de"),
     ("../..", "01-dataset"), ("データ", "01-dataset")],
)  # fmt: skip
def test_folders_are_named_after_datasets(dataset: str, name: str) -> None:
    assert folder_name(0, dataset) == name
