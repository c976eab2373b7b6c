"""What an engine is: it is given work, and gives a handle to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Needs:
    """What one job asks for: cores, bytes of memory, and GPUs (a share of one, or several)."""

    cpus: int = 1
    memory: int = 0
    gpus: float = 0.0


@dataclass(frozen=True)
class Work:
    """`function(argument)`, to be called in another process.

    `function` is a module's own and `argument` can be pickled. Law: work is idempotent. It may be started twice, on two
    machines, or again after it was killed at any moment, and what it leaves behind is the same.
    """

    function: Callable[[Any], Any]
    argument: Any
    needs: Needs
    label: str


class WorkerLost(Exception):
    """The process that did the work ended before the work did: killed, out of memory, or its machine is gone."""


class Handle(Protocol):
    """Work that was submitted."""

    def done(self) -> bool:
        """Whether `result` answers at once."""
        ...

    def result(self) -> Any:
        """Return what the work returned; raise `WorkerLost`, or what the work raised."""
        ...

    def cancel(self) -> None:
        """Stop the work if it still runs."""
        ...


class Engine(Protocol):
    """Runs work in other processes; `submit` returns at once, and may be called from several threads."""

    @property
    def has_gpus(self) -> bool:
        """Whether its machines are known to have GPUs."""
        ...

    def submit(self, work: Work) -> Handle:
        """Start `work` as soon as there is room for its needs; raise `LitError` when there never will be."""
        ...

    def close(self) -> None:
        """Give back what the engine started."""
        ...
