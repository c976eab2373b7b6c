"""Real workers: a Ray cluster of two processes, one of them killed in mid-job, and submitit's local executor."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from lit_hf.runtime.fleet import FleetSettings, Needs, Work, gather, open_engine
from lit_hf.runtime.progress import NullProgress
from lit_hf.selection.fleet import Fleet
from lit_hf.selection.local import Local
from lit_hf.selection.plan import Options
from lit_hf.selection.run import select
from tests.selection.test_fleet import plan_of, timeless
from tests.support.field import Field

pytestmark = pytest.mark.slow
OPTIONS = Options(other_scores=False)
RAY = {"num_cpus": 2, "_memory": 16_000_000_000, "object_store_memory": 80_000_000}


@pytest.fixture(scope="module")
def alone(field: Field, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return timeless(select(plan_of(field, tmp_path_factory.mktemp("alone")), OPTIONS, Local()))


@pytest.fixture(scope="module")
def ray_engine() -> Iterator[Any]:
    os.environ["RAY_AUTH_MODE"] = "disabled"
    engine = open_engine("ray", FleetSettings(ray=RAY))
    yield engine
    assert engine is not None
    engine.close()


def whereabouts(folder: str) -> int:
    """Say which process this is, and stay a while."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(3)
    return os.getpid()


def test_two_ray_workers_work_at_once(ray_engine: Any, tmp_path: Path) -> None:
    works = [Work(whereabouts, str(tmp_path), Needs(1), f"work {each}") for each in range(2)]
    assert len(set(gather(ray_engine, works, NullProgress(), "test"))) == 2


def test_ray_gives_the_ranking_of_one_process_though_a_worker_is_killed(
    field: Field, alone: dict[str, Any], ray_engine: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    killed: list[int] = []
    Thread(target=_kill_a_worker_that_embeds, args=(tmp_path, killed), daemon=True).start()
    found = timeless(select(plan_of(field, tmp_path), OPTIONS, Fleet(ray_engine, FleetSettings())))
    assert killed
    assert "is sent again" in caplog.text
    # A killed worker cannot tell how much it had embedded.
    found["cost"]["embedded_now"] = alone["cost"]["embedded_now"]
    assert found == alone


def test_what_no_node_has_room_for_is_a_row(field: Field, ray_engine: Any, tmp_path: Path) -> None:
    fleet = Fleet(ray_engine, FleetSettings(memory_factor=100))
    found = select(plan_of(field, tmp_path)[:1], OPTIONS, fleet)
    assert found["ranking"][0]["error"].startswith("it needs 150.0 GB of memory, and the largest Ray node has 16.0 GB")


def test_submitit_gives_the_ranking_of_one_process(field: Field, alone: dict[str, Any], tmp_path: Path) -> None:
    fleet = FleetSettings(slurm={"executor": "local", "folder": str(tmp_path / "logs")}, at_once=2)
    engine = open_engine("slurm", fleet)
    assert engine is not None
    assert timeless(select(plan_of(field, tmp_path), OPTIONS, Fleet(engine, fleet))) == alone


def kill_self_once(folder: str) -> str:
    """Die the first time."""
    mark = Path(folder) / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_a_submitit_job_that_was_killed_is_submitted_again(tmp_path: Path) -> None:
    engine = open_engine("slurm", FleetSettings(slurm={"executor": "local", "folder": str(tmp_path / "logs")}))
    assert engine is not None
    work = Work(kill_self_once, str(tmp_path), Needs(1), "work")
    assert gather(engine, [work], NullProgress(), "test", attempts=2) == ["done"]


def _kill_a_worker_that_embeds(cache: Path, killed: list[int]) -> None:
    """Wait for the first shard of features, and kill the first Ray process that has worked on this machine."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and not any((cache / "features").rglob("*.npy")):
        time.sleep(0.02)
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and b"ray::advance" in _command_line(process):
            os.kill(int(process.name), signal.SIGKILL)
            killed.append(int(process.name))
            return


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
