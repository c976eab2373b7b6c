"""Work dealt to the processes of a run, one piece at a time to whoever is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import TypeVar

from lit_hf.runtime.processes import Processes
from lit_hf.runtime.progress import Progress
from lit_hf.runtime.units import UNIT_THREADS, cores, run_units, side_by_side

Result = TypeVar("Result")


class WorkQueue:
    """Pieces 0 .. count - 1, each for one process, and a tally of what all of them have done together."""

    def __init__(self, processes: Processes, count: int, advance: Callable[[int], None]) -> None:
        self._processes, self._count, self._advance = processes, count, advance
        self._step, self._shown, self.stop = processes.step, 0, Event()

    def __iter__(self) -> Iterator[int]:
        """Yield the next piece as long as there is one; every thread iterates for itself."""
        while not self.stop.is_set() and (piece := self._add("dealt", 1) - 1) < self._count:
            yield piece
            self._processes.check()

    def done(self, amount: int) -> None:
        """Count what this process has done."""
        self._add("done", amount)

    def show(self) -> int:
        """Move the bar to where all processes together are, and return it; for the main thread."""
        now = self._add("done", 0)
        self._advance(now - self._shown)
        self._shown = now
        return now

    def close(self) -> int:
        """Wait until all pieces are done; return what all processes have done together."""
        self._processes.barrier(lambda: (self.show(), None)[1])
        return self.show()

    def _add(self, name: str, amount: int) -> int:
        return self._processes.count(f"{self._step}/{name}", amount)


def run_distributed(
    units: Sequence[Callable[[], Result]], processes: Processes, progress: Progress, label: str
) -> list[Result]:
    """Run all `units` on all processes, the first come first; return all results, in order, on every process."""
    if processes.world == 1:
        return run_units(units, progress, label)
    mine: dict[int, Result] = {}
    with progress.task(label, len(units)) as advance:
        deal = WorkQueue(processes, len(units), advance)

        def work() -> None:
            for number in deal:
                mine[number] = units[number]()
                deal.done(1)

        side_by_side([work] * max(1, cores() // UNIT_THREADS), stop=deal.stop, look=deal.show)
        deal.close()
    found = {number: value for each in processes.all_gather(mine) for number, value in each.items()}
    return [found[number] for number in range(len(units))]
