"""What processes tell each other, with threads in the place of processes: one board, one watch each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from torch.distributed import HashStore

from lit_hf.errors import BadSetting, NotShared, ProcessesDisagree, ProcessFailed, ProcessLost
from lit_hf.runtime import heartbeat, process_store
from lit_hf.runtime.heartbeat import Heartbeat
from lit_hf.runtime.process_store import ProcessStore
from lit_hf.runtime.processes import Processes, Several
from lit_hf.runtime.shared import require_agreement, require_shared
from lit_hf.runtime.work_queue import WorkQueue


@contextmanager
def crew(count: int) -> Iterator[list[Several]]:
    store = HashStore()
    several = [
        Several(rank, count, rank % 2, board, Heartbeat(board, rank, count))
        for rank in range(count)
        for board in [ProcessStore(store)]
    ]
    try:
        yield several
    finally:
        for each in several:
            each._heartbeat.stop()


def together(work: Callable[[Processes], Any], count: int = 3) -> list[Any]:
    """Do `work` as each of `count` processes at once; return what each gave or raised."""

    def attempt(processes: Processes) -> Any:
        try:
            return work(processes)
        except Exception as error:
            processes.fail(error)
            return error

    with crew(count) as several, ThreadPoolExecutor(count) as pool:
        return list(pool.map(attempt, several))


def test_values_are_shared_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_store, "CHUNK", 100)  # of many entries each

    def work(processes: Processes) -> Any:
        first = processes.all_gather(bytes([processes.rank]) * 1_000)
        told = processes.broadcast(lambda: {"from": processes.rank})
        return first, told, processes.all_gather(processes.rank)

    for found in together(work):
        assert found == ([bytes([rank]) * 1_000 for rank in range(3)], {"from": 0}, [0, 1, 2])


def test_what_all_have_read_is_dropped() -> None:
    with crew(2) as several, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda processes: [processes.all_gather(number) for number in range(20)], several))
        board = several[0]._store
        assert [step for step in range(20) if board.get(f"{step}/from/0") is not None] == [19]


def test_each_piece_is_dealt_once_and_the_tally_is_of_all() -> None:
    def work(processes: Processes) -> Any:
        shown: list[int] = []
        deal = WorkQueue(processes, 50, shown.append)
        mine = []
        for piece in deal:
            mine.append(piece)
            deal.done(2)
        return mine, deal.close(), sum(shown)

    found = together(work)
    assert sorted(piece for mine, _, _ in found for piece in mine) == list(range(50))
    assert [(total, shown) for _, total, shown in found] == [(100, 100)] * 3


def test_nobody_waits_for_a_process_that_failed() -> None:
    def work(processes: Processes) -> Any:
        if processes.rank == 1:
            raise BadSetting("layer", 99, "a layer")
        processes.barrier()

    main, failed, other = together(work)
    assert isinstance(failed, BadSetting)
    for found in (main, other):
        assert isinstance(found, ProcessFailed)
        assert (found.message, found.exit_code) == (f"process 1 of 3: {failed.message}", 2)


def test_the_first_failure_counts() -> None:
    def work(processes: Processes) -> Any:
        if processes.rank == 0:
            raise ValueError("the first")
        time.sleep(0.5)
        processes.fail(ValueError("a later one"))
        processes.barrier()

    assert {str(found) for found in together(work)[1:]} == {"ValueError: the first"}


def test_a_process_that_falls_silent_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PULSE", 0.05)
    monkeypatch.setenv("LIT_HF_PROCESS_TIMEOUT", "1")
    with crew(2) as (main, other):
        other._heartbeat.stop()
        with pytest.raises(ProcessLost, match="process 1 of 2 has not been heard of for 1 seconds"):
            main.barrier()


def test_a_process_that_said_goodbye_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PULSE", 0.05)
    monkeypatch.setenv("LIT_HF_PROCESS_TIMEOUT", "0.5")
    with crew(2) as (main, other), ThreadPoolExecutor(1) as pool:
        left = pool.submit(other.leave)
        main.barrier()
        left.result()
        time.sleep(1.5)
        main.check()


def test_nobody_waits_for_a_process_that_said_goodbye() -> None:
    with crew(3) as (main, other, _):
        other.part()
        with pytest.raises(ProcessLost, match="process 1 of 3 has gone"):
            main.barrier()


def test_each_machine_begins_with_one_process() -> None:
    seen: list[int] = []

    def work(processes: Processes) -> Any:
        return processes.locally_first(lambda: seen.append(processes.rank))

    together(work, 4)
    assert set(seen[:2]) == {0, 2}
    assert set(seen[2:]) == {1, 3}


def test_one_cache_is_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lit_hf.runtime.shared.TOKEN_WITHIN", 0.2)
    together(lambda processes: require_shared(processes, tmp_path / "one"))
    assert list((tmp_path / "one").iterdir()) == []
    found = together(lambda processes: require_shared(processes, tmp_path / str(processes.rank // 2)))
    assert all(isinstance(error, NotShared) and error.blind == (2,) for error in found)


def test_all_must_read_the_same() -> None:
    assert (
        together(lambda processes: require_agreement(processes, {"dataset": "a", "checkpoint": {"x": 1}})) == [None] * 3
    )
    found = together(
        lambda processes: require_agreement(processes, {"dataset": "a", "checkpoint": {"x": processes.rank // 2}})
    )
    assert all(isinstance(error, ProcessesDisagree) and error.what == "checkpoint" for error in found)
