"""This process among its peers: work is dealt, values are shared, and nobody waits for a process that is gone.

All processes run the same program, so the n-th meeting of one is the n-th meeting of all. What is dealt is whole units
whose floats depend on the unit alone: who computes which, and how many processes there are, changes no bit.
"""

from __future__ import annotations

import atexit
import os
import pickle
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from lit_hf.errors import ProcessFailed, ProcessLost, Stopped
from lit_hf.runtime.launcher import launched

if TYPE_CHECKING:
    from lit_hf.runtime.heartbeat import Heartbeat
    from lit_hf.runtime.process_store import ProcessStore, Store

Value = TypeVar("Value")
LINGER = 3.0
"""Seconds that a failed process stays: its launcher ends the main one with it, which must have said by then why."""
LONGEST_PAUSE = 0.2
"""Seconds between two looks at what one waits for."""


class Processes:
    """One process alone: it is dealt everything, and waits for nobody."""

    rank, world, local_rank, step = 0, 1, 0, 0

    @property
    def is_main(self) -> bool:
        """True on the one process that prints, writes and pushes."""
        return self.rank == 0

    def check(self) -> None:
        """Raise what ended another process, if one has ended."""

    def barrier(self, tick: Callable[[], None] = lambda: None) -> None:
        """Return when all processes have come here; `tick` is called meanwhile."""

    def all_gather(self, value: Value) -> list[Value]:
        """Return the values of all processes, by rank."""
        return [value]

    def broadcast(self, make: Callable[[], Value]) -> Value:
        """Return on every process what `make` gives on the main one, the only one that calls it."""
        return make()

    def count(self, name: str, amount: int) -> int:
        """Add to a counter of all processes; return what it is then."""
        raise NotImplementedError("one process alone needs no counter")

    def locally_first(self, work: Callable[[], Value]) -> Value:
        """Do `work` on one process of each machine, then on the others: what it downloads is there by then."""
        return work()

    def fail(self, error: BaseException) -> None:
        """Tell the others that this process ends, and why."""

    def work(self, going_on: bool) -> None:
        """Say whether there is work that a lost process would hold up: only then is this one ended by force."""

    def leave(self) -> None:
        """Part in peace: every process may end now."""


class Several(Processes):
    """One of several processes that a launcher started."""

    def __init__(self, rank: int, world: int, local_rank: int, store: ProcessStore, heartbeat: Heartbeat) -> None:
        self.rank, self.world, self.local_rank, self.step = rank, world, local_rank, 0
        self._store, self._heartbeat = store, heartbeat
        self._fresh, self._read = list[str](), list[str]()

    def check(self) -> None:
        if self._heartbeat.failure is not None:
            raise self._heartbeat.failure

    def barrier(self, tick: Callable[[], None] = lambda: None) -> None:
        done, self._read, self._fresh = self._read, self._fresh, []
        name, pause = f"{self.step}/here", 0.005
        self.step += 1
        self._store.add(name, 1)
        while self._store.add(name, 0) < self.world:
            self._require_all(name)
            tick()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        tick()
        for each in done:  # written before the last meeting, so whoever has come to this one has read them
            self._store.drop(each)

    def _require_all(self, name: str) -> None:
        """Raise when one has failed, or has ended without coming to the meeting `name`."""
        self.check()
        for rank in range(self.world) if self._store.add("byes", 0) else ():
            if self._store.add(f"bye/{rank}", 0) and self._store.add(name, 0) < self.world:
                raise ProcessLost(rank, self.world)

    def all_gather(self, value: Value) -> list[Value]:
        step = self.step
        self._put(f"{step}/from/{self.rank}", value)
        self.barrier()
        return [self._get(f"{step}/from/{rank}") for rank in range(self.world)]

    def broadcast(self, make: Callable[[], Value]) -> Value:
        step = self.step
        made = make() if self.is_main else None
        if self.is_main:
            self._put(f"{step}/from/0", made)
        self.barrier()
        return made if self.is_main else self._get(f"{step}/from/0")  # type: ignore[return-value]

    def count(self, name: str, amount: int) -> int:
        return self._store.add(name, amount)

    def locally_first(self, work: Callable[[], Value]) -> Value:
        if self.local_rank == 0:
            done = work()
            self.barrier()
            return done
        self.barrier()
        return work()

    def fail(self, error: BaseException) -> None:
        with suppress(Exception):  # the store may be gone too: the others notice that by themselves
            self._heartbeat.fail(error)

    def leave(self) -> None:
        """Say goodbye; the main process, which may hold the store, stays until all have said it."""
        import torch.distributed as dist

        self.barrier()
        self.part()
        if self.is_main:
            for rank in range(1, self.world):
                while not self._store.add(f"bye/{rank}", 0) and self._heartbeat.failure is None:
                    time.sleep(0.01)
        self._heartbeat.stop()
        if dist.is_initialized():
            dist.destroy_process_group()

    def part(self) -> None:
        """Say goodbye: nobody need hear of this process any more, and nobody may wait for it."""
        self._store.add(f"bye/{self.rank}", 1)
        self._store.add("byes", 1)

    def work(self, going_on: bool) -> None:
        self._heartbeat.working = going_on

    def _put(self, name: str, value: Any) -> None:
        self._store.put(name, pickle.dumps(value, protocol=5))
        self._fresh.append(name)

    def _get(self, name: str) -> Any:
        found = self._store.get(name)
        assert found is not None, name
        return pickle.loads(found)


_ALONE = Processes()
_known: Several | None = None


def find_processes() -> Processes:
    """Return this process's view of its peers; `find_place` has met them by then."""
    return _known or _ALONE


def meet(rank: int, world: int) -> Processes:
    """Join the board of the process group, once."""
    global _known
    if world > 1 and _known is None:
        from torch.distributed import distributed_c10d as c10d

        from lit_hf.runtime.heartbeat import Heartbeat
        from lit_hf.runtime.process_store import ProcessStore

        store = ProcessStore(cast("Store", c10d._get_default_store()))
        local = int(os.environ.get("LOCAL_RANK", "0"))
        _known = Several(rank, world, local, store, Heartbeat(store, rank, world))
        atexit.register(_part, _known)
    return find_processes()


def _part(several: Several) -> None:
    """Say goodbye at the end of a program that did not `end` itself."""
    if _known is several:
        with suppress(Exception):  # the store may be gone by now
            several.part()


def end(code: int) -> None:
    """Leave the peers at the end of the program; after a failure at once, since threads may still compute."""
    global _known
    if _known is None:
        if code and launched() > 1:
            _leave_now(code)  # a thread may still wait inside torch for peers that never came
        return
    if code == 0:
        try:
            _known.leave()
        except (ProcessFailed, ProcessLost, Stopped):
            if not _known.is_main:
                raise
            _leave_now(0)  # the result is out: who has gone since then had nothing left to do for it
        _known = None
        return
    if not _known.is_main and code != Stopped.exit_code:
        time.sleep(LINGER)
    _leave_now(code)


def _leave_now(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
