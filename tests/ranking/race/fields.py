"""Made-up fields of candidates: losses whose gaps are known, and stops where shells end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lit_hf.ranking.race import Stop
from tests.support.curves import shell_ends

Gap = Callable[[np.ndarray], np.ndarray]
PAIR = 0.55
"""Standard deviation [bits] of the difference of two losses with two classes."""


def stops(total: int, candidates: int) -> list[Stop]:
    """Return a stop at each shell, where each candidate has paid one for each group."""
    return [Stop(n, (float(n),) * candidates) for n in shell_ends(total)]


def losses(gaps: Sequence[Gap], total: int, seed: int, spread: float = PAIR) -> np.ndarray:
    """Return losses [M, total]: each candidate's gap at each position, and noise."""
    position = np.arange(1, total + 1)
    noise = np.random.default_rng(seed).normal(0, spread / np.sqrt(2), (len(gaps), total))
    return np.stack([gap(position) for gap in gaps]) + noise


def flat(gap: float) -> Gap:
    """Return a gap that stays what it is."""
    return lambda position: np.full(len(position), gap)


def blooming(start: float, rate: float, begin: int = 256) -> Gap:
    """Return a gap that shrinks by `rate` for each doubling from `begin` on."""
    return lambda position: start - rate * np.log2(np.maximum(position / begin, 1))


def walking(candidates: int, total: int, drift: float, gap: float, seed: int) -> np.ndarray:
    """Return losses whose gaps are Brownian in log2 n with `drift` for each pair, and N(0, `gap`) at 256 groups."""
    rng, time = np.random.default_rng(seed), np.log2(np.arange(1, total + 1))
    steps = rng.standard_normal((candidates, total)) * np.sqrt(np.diff(time, prepend=0))
    walk = steps.cumsum(axis=1) * drift / np.sqrt(2)
    at = rng.normal(0, gap / np.sqrt(2), (candidates, 1))
    return at + walk - walk[:, [255]] + rng.normal(0, PAIR / np.sqrt(2), (candidates, total))
