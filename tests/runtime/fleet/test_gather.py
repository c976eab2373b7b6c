"""Work is submitted, waited for, and submitted again when its worker dies."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from lit_hf.errors import LitError
from lit_hf.runtime.fleet import Needs, Stopped, Work, WorkerLost, gather
from lit_hf.runtime.progress import NullProgress


@dataclass
class Late:
    """Work that is done at the second look."""

    outcome: Any
    looks: int = 0
    cancelled: bool = False

    def done(self) -> bool:
        self.looks += 1
        return self.looks > 1

    def result(self) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Engine:
    """Gives the outcomes of a script, by the work's argument."""

    script: dict[Any, list[Any]]
    handles: list[Late] = field(default_factory=list)
    has_gpus: bool = False
    most: int = 0

    def submit(self, work: Work) -> Late:
        outcome = self.script[work.argument].pop(0)
        if isinstance(outcome, LitError):
            raise outcome
        self.handles.append(Late(outcome))
        self.most = max(self.most, sum(handle.looks < 2 for handle in self.handles))
        return self.handles[-1]

    def close(self) -> None:
        return None


def works(count: int) -> list[Work]:
    return [Work(print, number, Needs(), f"work {number}") for number in range(count)]


def test_answers_come_in_order_and_errors_in_their_places() -> None:
    engine = Engine({0: ["a"], 1: [ValueError("wrong")], 2: [LitError("no room")], 3: [WorkerLost("x"), "d"]})
    found = gather(engine, works(4), NullProgress(), "test")
    assert [found[0], found[3]] == ["a", "d"]
    assert isinstance(found[1], ValueError)
    assert str(found[2]).startswith("no room")


def test_attempts_are_bounded() -> None:
    engine = Engine({0: [WorkerLost("killed")] * 9})
    (found,) = gather(engine, works(1), NullProgress(), "test", attempts=3)
    assert "its worker died 3 times: killed" in str(found)
    assert len(engine.script[0]) == 6


def test_no_more_than_so_many_at_once() -> None:
    engine = Engine({number: [number] for number in range(7)})
    assert gather(engine, works(7), NullProgress(), "test", at_once=2) == list(range(7))
    assert engine.most == 2


def test_a_stop_cancels_what_is_open() -> None:
    engine, stop = Engine({0: ["a"], 1: ["b"]}), Event()
    stop.set()
    with pytest.raises(Stopped):
        gather(engine, works(2), NullProgress(), "test", stop=stop)
    assert [handle.cancelled for handle in engine.handles] == [True, True]
