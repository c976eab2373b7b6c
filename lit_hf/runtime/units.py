"""Independent units of CPU work, side by side: each on one thread, so that its floats depend on the unit alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from lit_hf.errors import ProcessFailed, ProcessLost, Stopped
from lit_hf.runtime.processes import find_processes
from lit_hf.runtime.progress import Progress

Result = TypeVar("Result")
_LOOK = 0.2  # seconds between two looks at the other processes
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
    advance: Callable[[int], None] = lambda _: None, look: Callable[[], object] = lambda: None,
    stop: Event | None = None,
) -> list[Result]:  # fmt: skip
    """Run `units` on `workers` (default: what the cores hold) Python threads of `threads` torch threads each.

    Results come in the order of the units and do not depend on `workers`: torch lets go of Python's lock while it
    computes, and each unit computes on its own number of threads. `advance(1)` is called after each. Among several
    processes, `look` is called now and then, and `stop` is set when the units must come to an end before their work is
    done.
    """
    import torch

    before = torch.get_num_threads()
    many = max(1, cores() // threads) if workers is None else workers
    pool = ThreadPoolExecutor(max(1, min(many, len(units))), initializer=lambda: torch.set_num_threads(threads))
    in_peace = True
    try:
        futures = [pool.submit(unit) for unit in units]
        for future in futures:
            future.add_done_callback(lambda _: advance(1))
        return [_result(future, look) for future in futures]
    except (ProcessFailed, ProcessLost, Stopped):
        in_peace = False  # nobody will need what is being computed
        raise
    finally:
        if stop is not None:
            stop.set()
        pool.shutdown(wait=in_peace, cancel_futures=True)
        torch.set_num_threads(before)


def _result(future: Future[Result], look: Callable[[], object]) -> Result:
    """Return the future's result; raise what ended another process of the run, if one ends meanwhile."""
    processes = find_processes()
    while processes.world > 1 and not wait([future], _LOOK).done:
        processes.check()
        look()
    return future.result()


def cores() -> int:
    """Return how many cores this process may use: an equal share where its launcher started several on this machine."""
    all = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, all // int(os.environ.get("LOCAL_WORLD_SIZE", "1") or 1))
