"""Independent units of CPU work, side by side: each on one thread, so that its floats depend on the unit alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lit_hf.runtime.progress import Progress

Result = TypeVar("Result")
UNIT_THREADS = 1
"""Torch's threads within a unit, on every machine: sums are split by thread, so another number gives other floats.

Measured with MiniLM-L6 on 512 texts of Rotten Tomatoes, interleaved, seven times: two workers of one thread were 1.9
to 3.6 times (median 2.8) as fast as one of two threads, on a two-core machine with a load of 5 to 7: they never wait
for each other.
"""


def run_units(units: Sequence[Callable[[], Result]], progress: Progress, label: str) -> list[Result]:
    """Run all `units`, return their results in order. An interrupt waits for running units and starts no other."""
    with progress.task(label, len(units)) as advance:
        return side_by_side(units, advance=advance)


def side_by_side(
    units: Sequence[Callable[[], Result]], *, threads: int = UNIT_THREADS, workers: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> list[Result]:  # fmt: skip
    """Run `units` on `workers` (default: what the cores hold) Python threads of `threads` torch threads each.

    Results come in the order of the units and do not depend on `workers`: torch lets go of Python's lock while it
    computes, and each unit computes on its own number of threads. `advance(1)` is called after each.
    """
    import torch

    before = torch.get_num_threads()
    many = max(1, cores() // threads) if workers is None else workers
    pool = ThreadPoolExecutor(max(1, min(many, len(units))), initializer=lambda: torch.set_num_threads(threads))
    try:
        futures = [pool.submit(unit) for unit in units]
        for future in futures:
            future.add_done_callback(lambda _: advance(1))
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
