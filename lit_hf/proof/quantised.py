"""Probabilities as integers: what an entropy coder needs, and what another process can compute alike to the last bit.

A table of C probabilities becomes C whole numbers of at least 1 that sum to 2^24: floor(p * (2^24 - C)) + 1, and what
is left over goes to the largest p. No label costs more than 24 bits, and likely ones cost what they cost before.
"""

from __future__ import annotations

import numpy as np

from lit_hf.codes.mixture import Top

PRECISION = 24  # bits: what the range coder's models have
WHOLE = 1 << PRECISION


def integers(chances: np.ndarray) -> np.ndarray:
    """Return int64 [m, C] for probabilities float64 [m, C] that sum to one but for rounding."""
    rows, classes = chances.shape
    found = np.floor(chances * (WHOLE - classes)).astype(np.int64) + 1
    found[np.arange(rows), chances.argmax(1)] += WHOLE - found.sum(1)
    return found


class Sequential:
    """The last step of a code, label by label: `Top` over the quantised tables of the probes, quantised again.

    Only sums, products and quotients of float64 are used. Without `nulls` the probes' tables stand as they are.
    """

    def __init__(self, classes: int, nulls: bool) -> None:
        self._top = Top(classes) if nulls else None
        self._seen: list[int] = []
        self._parts: np.ndarray | None = None

    def mix(self, table: np.ndarray) -> np.ndarray:
        """Return the integers [1, C] that code the next label, for the probes' integers [1, C]."""
        if self._top is None:
            return table
        self._parts = parts = self._top.table(table / WHOLE)
        uniform, prior, probes = self._top.weights
        return integers(uniform * parts[0] + prior * parts[1] + probes * parts[2])

    def learn(self, label: int, *, ends: bool) -> None:
        """Take the label of the row mixed last: weights move, and counts too when its group `ends`."""
        if self._top is None or self._parts is None:
            return
        self._top.weigh(self._parts[:, 0, label])
        self._seen.append(label)
        if ends:
            self._top.count(np.array(self._seen))
            self._seen = []

    def state(self) -> bytes:
        """Return the weights and counts, which depend on every label so far."""
        return b"" if self._top is None else _bytes(self._top.weights) + _bytes(self._top.counts)


def _bytes(values: np.ndarray) -> bytes:
    return values.astype("<f8").tobytes()
