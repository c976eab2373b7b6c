"""Simulated losses of coders whose true gap to the leader is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lit_hf.features.shells import shells


def shell_ends(total: int) -> list[int]:
    """Ends of the shells that cover `total` groups, the last cut to it."""
    ends = []
    for end in shells():
        ends.append(min(end, total))
        if end >= total:
            return ends
    raise AssertionError


def race_bits(
    gaps: list[Callable[[np.ndarray], np.ndarray]], total: int, generator: np.random.Generator, noise: float = 0.4
) -> np.ndarray:
    """Bits [M, total]: a shared loss per example, plus each coder's gap at that position, plus its own noise [bits]."""
    position = np.arange(1, total + 1)
    shared = generator.gamma(2.0, 0.6, total)  # skewed, as losses are
    rows = [gap(position) + noise * generator.standard_normal(total) for gap in gaps]
    return np.clip(shared + 0.5 + np.array(rows), 0.0, 11.0)


def flat(gap: float) -> Callable[[np.ndarray], np.ndarray]:
    """The same gap at every position."""
    return lambda position: np.full(position.shape, gap)
