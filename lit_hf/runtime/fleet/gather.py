"""Submit work, wait for it, and submit again what was lost with its worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from lit_hf.errors import LitError
from lit_hf.runtime.fleet.contract import Engine, Handle, Work, WorkerLost
from lit_hf.runtime.progress import Progress

LONGEST_PAUSE = 1.0
"""Seconds between two looks at the handles, at most; the first looks come sooner."""
log = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody else has ended the run."""


@dataclass
class _Open:
    """Work that has no answer yet: its place among all, its handle, and how often it was started."""

    place: int
    handle: Handle
    attempts: int = 1


@dataclass
class _Desk:
    """The work of one call of `gather`."""

    engine: Engine
    works: Sequence[Work]
    attempts: int
    open: list[_Open] = field(default_factory=list)
    answers: dict[int, Any] = field(default_factory=dict)

    def start(self, place: int, attempts: int = 1) -> None:
        """Submit one piece of work, or note why it cannot be."""
        try:
            self.open.append(_Open(place, self.engine.submit(self.works[place]), attempts))
        except LitError as error:
            self.answers[place] = error

    def settle(self, each: _Open) -> None:
        """Take the answer of work that is done, or start it again."""
        self.open.remove(each)
        try:
            self.answers[each.place] = each.handle.result()
        except WorkerLost as error:
            if each.attempts < self.attempts:
                log.warning("%s is sent again: %s", self.works[each.place].label, error)
                self.start(each.place, each.attempts + 1)
            else:
                self.answers[each.place] = _given_up(each.attempts, error)
        except Exception as error:
            self.answers[each.place] = error


def gather(
    engine: Engine, works: Sequence[Work], progress: Progress, label: str, *, attempts: int = 3, at_once: int = 500,
    stop: Event | None = None,
) -> list[Any]:  # fmt: skip
    """Return what each of `works` returned, in order; in its place the exception, when it raised one.

    At most `at_once` are submitted at a time. Work whose worker died is submitted again, `attempts` times in all, then
    its answer is a `LitError`. When `stop` is set by another thread, everything is cancelled and `Stopped` is raised.
    """
    desk, waiting, pause = _Desk(engine, works, attempts), list(range(len(works)))[::-1], 0.01
    with progress.task(label, len(works)) as advance:
        try:
            while len(desk.answers) < len(works):
                before = len(desk.answers)
                while waiting and len(desk.open) < at_once:
                    desk.start(waiting.pop())
                for each in [each for each in desk.open if each.handle.done()]:
                    desk.settle(each)
                advance(len(desk.answers) - before)
                if stop is not None and stop.is_set():
                    raise Stopped
                if len(desk.answers) == before:
                    time.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            for each in desk.open:
                each.handle.cancel()
    return [desk.answers[place] for place in range(len(works))]


def _given_up(attempts: int, error: WorkerLost) -> LitError:
    times = "once" if attempts == 1 else f"{attempts} times"
    return LitError(
        f"its worker died {times}: {error}",
        "Give jobs more memory (`memory_factor` in the file of --engine-config), or lower --batch-tokens.",
    )
