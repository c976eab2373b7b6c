"""How fast an encoder embeds, seen from its progress bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lit_hf.runtime.progress import Progress


class Stopwatch:
    """A `Progress` that, while it is `on`, times the steps of the tasks it passes on, the first step of each apart.

    Weights are loaded inside the first step: it counts only as long as there is no other.
    """

    def __init__(self, inner: Progress) -> None:
        self._inner, self.on = inner, False
        self._first, self._later = [0, 0.0], [0, 0.0]

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Open the inner bar, and time its steps."""
        last, begun = time.perf_counter(), False
        with self._inner.task(label, total) as advance:

            def timed(steps: int) -> None:
                nonlocal last, begun
                advance(steps)
                if not self.on:
                    return
                now = time.perf_counter()
                kept = self._later if begun else self._first
                kept[0], kept[1] = kept[0] + steps, kept[1] + now - last
                last, begun = now, True

            yield timed

    @property
    def per_second(self) -> float | None:
        """Steps per second; None when nothing was done."""
        steps, seconds = self._later if self._later[0] else self._first
        return steps / seconds if steps and seconds > 0 else None
