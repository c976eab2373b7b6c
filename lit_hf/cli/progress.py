"""Progress bars: drawn on stderr with the time left, and not at all where nobody would see them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from lit_hf.cli.output import Sink
from lit_hf.runtime.progress import NullProgress, Progress

_YES = {"1", "true", "yes", "on"}


class RichProgress:
    """The `Progress` of a terminal: the open tasks' bars below one another; a bar goes when its task ends."""

    def __init__(self, console: Console) -> None:
        spinner = "dots" if console.encoding.startswith("utf") else "line"
        self._bars = Bars(
            SpinnerColumn(spinner),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left", style="dim"),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
        )
        self._open, self._lock = 0, Lock()  # selections on several datasets open bars from threads of their own

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar of `total` steps; the function that it gives is called with how many steps were just done."""
        bar = self._bars.add_task(label, total=total)
        self._enter()
        try:
            yield lambda steps: self._bars.advance(bar, steps)
        finally:
            self._bars.remove_task(bar)
            self._leave()

    def _enter(self) -> None:
        with self._lock:
            if self._open == 0:
                self._bars.start()
            self._open += 1

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1
            if self._open == 0:
                self._bars.stop()


class SpokenProgress:
    """Bars of another progress, and sentences on stderr: `lit_hf.runtime.progress.Speaking`."""

    def __init__(self, bars: Progress, sink: Sink) -> None:
        self._bars, self._sink = bars, sink

    def task(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Open a bar as the other does."""
        return self._bars.task(label, total)

    def say(self, text: str) -> None:
        """Say a sentence."""
        self._sink.say(text)


def make_progress(console: Console, *, quiet: bool = False) -> Progress:
    """Return bars on `console`; or none when it is no terminal, or the user has turned them off."""
    off = os.environ.get("HF_HUB_DISABLE_PROGRESS_BARS", "").lower() in _YES
    return NullProgress() if quiet or off or not console.is_terminal or console.quiet else RichProgress(console)
