"""What trackers receive, read back from what they wrote: TensorBoard's event files, trackio's database."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lit_hf.errors import BadSetting, MissingExtra
from lit_hf.records.record import Record
from lit_hf.reports import tracked
from lit_hf.runtime.tracking import PROJECT, TRACKERS, Tracked, require_trackers, track
from tests.support.records import make_record


@pytest.fixture(scope="module")
def record() -> Record:
    return make_record(examples=200)


def job(record: Record) -> Tracked:
    return Tracked(tracked.run_name(record), tracked.config(record), tracked.points(record))


def test_the_points_are_the_curve_and_then_the_scores(record: Record) -> None:
    found = tracked.points(record)
    steps = [step for step, _ in found]
    assert steps == [*record["curve"]["labels_seen"], 200]
    assert steps == sorted(steps)
    assert found[0][1]["curve/encoder"] == record["curve"]["encoder_bits_per_label"][0]
    assert found[-1][1]["score/transfer_bits"] == record["transfer"]["bits"]
    assert found[-1][1]["baseline/random_twin_bits"] == record["baselines"]["random_twin"]["bits"]


def test_what_is_missing_is_not_logged_as_a_number(record: Record) -> None:
    without = {**record.data, "transfer": {**record["transfer"], "bits": None, "interval": None}, "holdout": None}
    found = tracked.scores(Record(without))
    assert "score/transfer_bits" not in found
    assert "score/transfer_low" not in found
    assert not [name for name in found if name.startswith("holdout")]


def test_tensorboard_gets_curve_and_scores(record: Record, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    track(job(record), ["tensorboard"], tmp_path)
    events = EventAccumulator(str(tmp_path / tracked.run_name(record)))
    events.Reload()
    curve = events.Scalars("curve/encoder")
    assert [event.step for event in curve] == record["curve"]["labels_seen"]
    # Event files hold float32.
    assert [event.value for event in curve] == pytest.approx(record["curve"]["encoder_bits_per_label"], rel=1e-6)
    last = events.Scalars("score/transfer_bits")
    assert [(event.step, event.value) for event in last] == [(200, pytest.approx(record["transfer"]["bits"]))]


CHILD = """
import os, sys
from tests.runtime.test_tracking import job, make_record
from lit_hf.runtime.tracking import track
track(job(make_record(examples=200)), sys.argv[1:], "runs")
"""


def send(name: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Send the record from a process of its own: trackers keep a current run, and speak when Python ends."""
    root = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": root, "HF_HOME": str(folder), **environment}
    line = [sys.executable, "-c", CHILD, name]
    return subprocess.run(line, env=env, cwd=folder, capture_output=True, text=True, check=True)


def test_trackio_keeps_the_run_on_this_machine_and_leaves_stdout_alone(record: Record, tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    done = send("trackio", tmp_path, TRACKIO_DIR=str(tmp_path))
    assert done.stdout == ""
    with sqlite3.connect(tmp_path / f"{PROJECT}.db") as base:
        rows = base.execute("select run_name, step, metrics from metrics order by step").fetchall()
    assert {row[0] for row in rows} == {tracked.run_name(record)}
    assert [row[1] for row in rows] == [step for step, _ in tracked.points(record)]
    assert str(record["transfer"]["bits"])[:8] in str(rows[-1][2])


@pytest.mark.skipif(importlib.util.find_spec("wandb") is None, reason="wandb (60 MB) is in no extra of the tests")
def test_wandb_writes_a_run_without_network(tmp_path: Path) -> None:
    done = send("wandb", tmp_path, WANDB_MODE="offline", WANDB_DIR=str(tmp_path), WANDB_SILENT="true")
    assert done.stdout == ""
    assert list(tmp_path.rglob("offline-run-*/run-*.wandb"))


@pytest.mark.parametrize("name", TRACKERS)
def test_a_tracker_that_is_not_installed_is_named_with_its_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra) as caught:
        require_trackers([name])
    assert f'pip install "lit-hf[{name}]"' in (caught.value.next_step or "")


def test_each_tracker_has_its_extra() -> None:
    import tomllib

    with (Path(__file__).parents[2] / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    assert set(TRACKERS) <= set(extras)


def test_an_unknown_tracker_is_refused() -> None:
    with pytest.raises(BadSetting, match="tensorboard"):
        require_trackers(["tensorbord"])
