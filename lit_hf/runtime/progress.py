"""The progress that long work reports; how it is drawn is the command line's affair."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Protocol, TypeVar, runtime_checkable

Result = TypeVar("Result")


class Progress(Protocol):
    """Opens one bar per task."""

    def task(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Open a bar of `total` steps; the function that it gives is called with how many steps were just done."""
        ...


@runtime_checkable
class Speaking(Protocol):
    """Progress that also takes sentences, such as what was read of the data."""

    def say(self, text: str) -> None:
        """Say one sentence, before the work that it is about."""
        ...


def speak(progress: Progress, text: str) -> None:
    """Say one sentence where progress takes them."""
    if isinstance(progress, Speaking):
        progress.say(text)


class NullProgress:
    """Progress that nobody watches."""

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        yield _ignore


def _ignore(steps: int) -> None:
    return None


_HEARING: ContextVar[Callable[[int], None]] = ContextVar("_HEARING", default=_ignore)
"""Who hears of batches in this thread: an encoder is given inputs, and knows nothing of bars."""


@contextmanager
def step_by_step(advance: Callable[[int], None], size: int) -> Iterator[None]:
    """Advance a bar by `size` in all while the work inside goes on: after each batch it tells of, and at the end."""
    told, one_at_a_time = [0], Lock()

    def hear(steps: int) -> None:
        with one_at_a_time:  # batches run side by side
            told[0] += steps
            advance(steps)

    token = _HEARING.set(hear)
    try:
        yield
    finally:
        _HEARING.reset(token)
    advance(size - told[0])


def telling(units: Sequence[Callable[[], Result]], sizes: Sequence[int]) -> list[Callable[[], Result]]:
    """Return units of work that each tell, when done, that so many steps were: from whatever thread runs them."""
    hear = _HEARING.get()

    def told(unit: Callable[[], Result], size: int) -> Callable[[], Result]:
        def run() -> Result:
            found = unit()
            hear(size)
            return found

        return run

    return [told(unit, size) for unit, size in zip(units, sizes, strict=True)]
