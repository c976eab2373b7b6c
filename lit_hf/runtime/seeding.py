"""Private randomness: nothing in lit-hf touches a global generator of the caller."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def forked(seed: int) -> Iterator[None]:
    """Seed torch's CPU generator inside the block only; the caller's state is back afterwards."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed if seed < 2**64 else _shorter(seed))
        yield


def _shorter(seed: int) -> int:
    """Return a seed that torch takes, which has 64 bits, for one that is longer."""
    return int.from_bytes(hashlib.blake2b(str(seed).encode(), digest_size=8).digest(), "little")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Give back every global generator as it was: Python's, numpy's, and torch's on every device that is in use."""
    import random

    import torch

    python, array = random.getstate(), np.random.get_state()
    used = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    try:
        with torch.random.fork_rng(devices=used):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(array)


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return a numpy generator of its own for each `purpose`, so that drawing more for one changes no other."""
    digest = hashlib.blake2b(f"{purpose}:{seed}".encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))
