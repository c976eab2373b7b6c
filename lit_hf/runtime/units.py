"""Independent units of CPU work, side by side: each on one thread, so that its floats depend on nothing but the unit."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lit_hf.runtime.progress import Progress

Result = TypeVar("Result")
UNIT_THREADS = 1
"""Measured: two units on one thread each finish sooner than two in turn on two threads, and never wait for each other."""


def run_units(units: Sequence[Callable[[], Result]], progress: Progress, label: str) -> list[Result]:
    """Run all `units` and return their results in order. An interrupt waits for the units that run, and starts no other."""
    import torch

    def one_thread() -> None:
        torch.set_num_threads(UNIT_THREADS)

    before = torch.get_num_threads()
    workers = max(
        1, min(len(units), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    )
    pool = ThreadPoolExecutor(workers, initializer=one_thread)
    try:
        with progress.task(label, len(units)) as advance:
            futures = [pool.submit(unit) for unit in units]
            for future in futures:
                future.add_done_callback(lambda _: advance(1))
            return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)
