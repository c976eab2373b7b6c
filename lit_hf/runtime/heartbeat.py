"""Whether the other processes of a run still live: a pulse of each on the board, and the first failure of any."""

from __future__ import annotations

import json
import os
import sys
import time
from threading import Event, Thread
from typing import Any

from lit_hf.errors import LitError, ProcessFailed, ProcessLost
from lit_hf.runtime.meeting import timeout
from lit_hf.runtime.process_store import ProcessStore

PULSE = 1.0
"""Seconds between two pulses."""
GRACE = 20.0
"""Seconds that a process has to end by itself once it knows of a failure; then it is ended, whatever it is doing."""


def patience() -> float:
    """Return after how many seconds without a pulse a process is taken for lost: $LIT_HF_PROCESS_TIMEOUT, or 60."""
    return timeout(60.0)


class Heartbeat:
    """Two threads: one writes this process's pulse and reads the others'; one ends the process if that has no effect.

    Process 0 watches all, every other watches process 0. A killed process on the machine of the board is noticed when
    its launcher says so, or by its pulse; a board that is gone is noticed at once.
    """

    def __init__(self, store: ProcessStore, rank: int, world: int) -> None:
        self._store, self._rank, self._world, self._limit = store, rank, world, patience()
        self.failure: LitError | None = None
        self.working = True
        self._over, self._last = Event(), time.monotonic()
        for work in (self._beat, self._guard):
            Thread(target=work, name=f"lit-hf {work.__name__}", daemon=True).start()

    def fail(self, error: BaseException) -> None:
        """Tell all others why this process ends; the first failure of a run is the one that counts."""
        code = getattr(error, "exit_code", 130 if isinstance(error, KeyboardInterrupt) else 1)
        note = {"rank": self._rank, "code": code, **_words(error)}
        if self.failure is None and self._store.add("failures", 1) == 1:
            self._store.put("failure", json.dumps(note).encode())

    def stop(self) -> None:
        """End both threads."""
        self._over.set()

    def _beat(self) -> None:
        heard = dict.fromkeys(range(1, self._world) if self._rank == 0 else (0,), (0, time.monotonic()))
        while self.failure is None and not self._over.wait(PULSE):
            try:
                self._store.add(f"pulse/{self._rank}", 1)
                self.failure = self._failed() or self._silent(heard)
            except Exception:  # whatever the store raises when its server is gone
                self.failure = None if self._over.is_set() else ProcessLost(0, self._world)
            self._last = time.monotonic()

    def _failed(self) -> LitError | None:
        note = self._store.get("failure")
        return None if note is None else failure_of(json.loads(note), self._world)

    def _silent(self, heard: dict[int, tuple[int, float]]) -> LitError | None:
        """Return the loss of a process whose pulse has not changed for too long; one that said goodbye may be still."""
        now = time.monotonic()
        for rank, (before, since) in heard.items():
            pulse = self._store.add(f"pulse/{rank}", 0)
            if pulse != before:
                heard[rank] = pulse, now
            elif now - since > self._limit and not self._store.add(f"bye/{rank}", 0):
                return ProcessLost(rank, self._world, self._limit)
        return None

    def _guard(self) -> None:
        """End the process when the failure, or a store that hangs, has been known for too long."""
        known: float | None = None
        while not self._over.wait(PULSE):
            now = time.monotonic()
            if self.failure is None and now - self._last > self._limit + GRACE:
                self.failure = ProcessLost(0, self._world, self._limit)
            if self.failure is not None:
                known = known or now
            if known is not None and now - known > GRACE and self.working:
                if self._rank == 0:
                    sys.stderr.write(f"\nError: {self.failure}\n")
                    sys.stderr.flush()
                os._exit(1)


def failure_of(note: dict[str, Any], world: int) -> LitError:
    """Return the error that another process wrote down."""
    return ProcessFailed(note["rank"], world, note["message"], note["next_step"], note["code"])


def _words(error: BaseException) -> dict[str, str | None]:
    if isinstance(error, LitError):
        return {"message": error.message, "next_step": error.next_step}
    if isinstance(error, KeyboardInterrupt):
        return {"message": "interrupted.", "next_step": "Run the same command again to go on."}
    text = " ".join(str(error).split())[:500]
    return {"message": f"{type(error).__name__}{': ' + text if text else ''}", "next_step": None}
