"""The progress that long work reports; how it is drawn is the command line's affair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable


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
