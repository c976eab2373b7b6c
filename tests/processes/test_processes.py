"""Any number of processes: the same bits, one voice, and an end in bounded time whatever happens to one of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.records.record import Record
from tests.processes.jobs import HERE, LIMIT, Job, children, environment, make_job, result_of, shards

pytestmark = pytest.mark.slow
RIGGED_JOB = ("--orders", "1", "--twins", "1", "--format", "json")
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node")
NUMBERS = ("transfer", "codelength", "baselines", "measures", "holdout", "curve", "coder", "dataset", "model", "id")


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return make_job(tmp_path_factory.mktemp("job"), 600, "--orders", "2", "--twins", "2", "--format", "json")


@pytest.fixture(scope="module")
def alone(job: Job, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The cache and the record of one process."""
    cache = tmp_path_factory.mktemp("alone")
    return cache, result_of(job.run(cache, "--output", str(cache / "out")))


@pytest.mark.parametrize(("count", "launcher"), [(2, ()), (3, (*TORCHRUN, "3", "-m"))])
def test_the_number_of_processes_changes_no_bit(
    job: Job, alone: tuple[Path, dict[str, Any]], tmp_path: Path, count: int, launcher: tuple[str, ...]
) -> None:
    more = () if launcher else ("--num-processes", str(count))
    done = job.run(tmp_path, "--output", str(tmp_path / "out"), *more, launcher=launcher[:-1], threads=4 - count)
    found, (cache, expected) = result_of(done), alone
    assert found["environment"]["processes"] == count
    assert found["environment"]["threads"] == expected["environment"]["threads"] == 1
    assert found["timings"]["embedded_now"] == expected["timings"]["embedded_now"]
    assert shards(tmp_path) == shards(cache)
    for name in NUMBERS:
        assert found[name] == expected[name], name
    mine, theirs = Record.load(tmp_path / "out").arrays, Record.load(cache / "out").arrays
    for name, values in theirs.items():
        np.testing.assert_array_equal(mine[name], values)  # stricter than the 1e-9 that is promised


def test_the_main_process_alone_speaks(job: Job, alone: tuple[Path, dict[str, Any]]) -> None:
    cache, _ = alone
    done = job.run(cache, "--num-processes", "3", "--output", str(cache / "again"))
    assert len(done.stdout.strip().split("\n{")) == 1
    assert json.loads(done.stdout)["timings"]["embedded_now"] == 0
    id, lines = alone[1]["id"], done.stderr.splitlines()
    assert lines[0] == "Read 600 rows of reviews.csv (csv, separated by commas, utf-8)."
    assert lines[1].startswith("First order: L_IT ")
    assert "provisional" in lines[1]
    assert lines[2:] == [
        f"Stored as {id}: `lit-hf show {id[:8]}` shows curve, probes and control too.",
        f"Wrote {cache / 'again'}. To run it again: lit-hf eval --config {cache / 'again' / 'settings.yaml'}",
    ]


def test_an_error_is_said_once(job: Job, tmp_path: Path) -> None:
    done = job.run(tmp_path, "--num-processes", "3", "--label-column", "nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("Error:") == 1
    assert "there is no column 'nonsense'" in done.stderr


def rigged(job: Job, how: str, cache: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run two processes, the second one rigged."""
    command = [sys.executable, *TORCHRUN, "2", str(HERE / "rigged.py"), *job.arguments(cache, *more)]
    if how == "blind":
        command = [each for each in command if each not in ("--cache-dir", str(cache))]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT, check=False, cwd=HERE.parents[1],
        env=environment(RIGGED=how, LIT_HF_CACHE=str(cache)),
    )  # fmt: skip


def test_memory_that_one_process_lacks_changes_no_bit_and_stops_nobody(tmp_path: Path) -> None:
    small = make_job(tmp_path, 300, *RIGGED_JOB)
    expected = result_of(small.run(tmp_path / "plenty"))
    found = result_of(rigged(small, "starve", tmp_path / "little"))
    assert shards(tmp_path / "little") == shards(tmp_path / "plenty")
    assert found["transfer"] == expected["transfer"]
    assert any("did not fit into memory" in note for note in found["notes"])
    assert not any("did not fit into memory" in note for note in expected["notes"])


@pytest.mark.parametrize(
    ("how", "said"), [("fail", "process 1 of 2: layer is 99"), ("blind", "process 1 on")]
)  # fmt: skip
def test_what_ends_one_process_is_said_by_the_main_one(tmp_path: Path, how: str, said: str) -> None:
    done = rigged(make_job(tmp_path, 100, *RIGGED_JOB), how, tmp_path / "cache")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count(f"Error: {said}") == 1


def test_an_interrupt_ends_all_processes(tmp_path: Path) -> None:
    running = make_job(tmp_path, 1500, *RIGGED_JOB).start(tmp_path / "cache", "--num-processes", "2")
    wait_for_shards(tmp_path / "cache", 1)
    started = children(running.pid)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.count("Interrupted.") == 1
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)


def wait_for_shards(cache: Path, count: int) -> None:
    end = time.monotonic() + LIMIT
    while len(shards(cache)) < count:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_processes_killed_at_ten_random_moments(tmp_path: Path) -> None:
    """SIGKILL ends the run in bounded time; another number of processes embeds only what is missing."""
    small = make_job(tmp_path, 300, *RIGGED_JOB)
    began = time.monotonic()
    expected, whole = result_of(small.run(tmp_path / "whole", "--num-processes", "2")), tmp_path / "whole"
    duration, random = time.monotonic() - began, np.random.default_rng(0)
    killed = 0
    for attempt, moment in enumerate(random.uniform(0.1, 0.9, 10)):
        cache, count = tmp_path / f"cache-{attempt}", 2 + attempt % 2
        killed += _kill_one(small, cache, count, int(random.integers(count)), moment * duration, expected)
        kept = {address: rows for address, rows in shards(whole).items() if address in shards(cache)}
        assert shards(cache) == kept
        resumed = result_of(small.run(cache, "--num-processes", str(1 + (count + attempt) % 3)))
        assert resumed["timings"]["embedded_now"] == expected["timings"]["embedded_now"] - inputs_of(cache, kept)
        assert resumed["transfer"] == expected["transfer"]
        assert shards(cache) == shards(whole)
    assert killed >= 5, "most runs had ended before they were to be killed"


def inputs_of(cache: Path, addresses: Any) -> int:
    """Return how many inputs these shards hold: a row each."""
    notes = [json.loads((cache / "features" / each).with_suffix(".json").read_text()) for each in addresses]
    return sum(int(note["shape"][0]) for note in notes)


def _kill_one(job: Job, cache: Path, count: int, rank: int, after: float, expected: dict[str, Any]) -> bool:
    """Kill one process of a run; tell whether there was one left to kill.

    Nothing is printed by a run that failed, but for one case: the main process was killed after its last word.
    """
    running = job.start(cache, "--num-processes", str(count))
    time.sleep(after)
    started = children(running.pid) if running.poll() is None else []
    if rank >= len(started):
        running.communicate(timeout=LIMIT)
        return False
    os.kill(started[rank], signal.SIGKILL)
    began = time.monotonic()
    out, said = running.communicate(timeout=60)
    assert time.monotonic() - began < 40
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)
    if running.returncode == 0:
        return False
    assert f"process {rank} of {count} has gone (killed by SIGKILL)" in said
    assert said.count("Error:") == 1
    if out:
        assert rank == 0
        assert json.loads(out)["transfer"] == expected["transfer"]
    return True
