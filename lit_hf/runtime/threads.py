"""A fixed number of CPU threads: sums are split by thread, so another number gives other floats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

DEFAULT_THREADS = 2
"""The same on every machine, so that results do not follow the number of cores."""


@contextmanager
def fixed_threads(count: int) -> Iterator[None]:
    """Run torch's CPU work on `count` threads inside the block, and restore the caller's number after it.

    More threads than cores is slow but gives the same floats, so the number is never capped by the machine.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
