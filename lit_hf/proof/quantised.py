"""Probabilities as integers: what an entropy coder needs, and what another process can compute alike to the last bit.

A table of C probabilities becomes C whole numbers of at least 1 that sum to 2^24: floor(p * (2^24 - C)) + 1, and what
is left over goes to the largest p. No label costs more than 24 bits, and likely ones cost what they cost before.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from lit_hf.codes.loop import Chunk
from lit_hf.codes.mixture import Top

PRECISION = 24  # bits: what the range coder's models have
WHOLE = 1 << PRECISION


def integers(chances: np.ndarray) -> np.ndarray:
    """Return int64 [m, C] for probabilities float64 [m, C] that sum to one but for rounding."""
    rows, classes = chances.shape
    found = np.floor(chances * (WHOLE - classes)).astype(np.int64) + 1
    found[np.arange(rows), chances.argmax(1)] += WHOLE - found.sum(1)
    return found


class Symbols(Protocol):
    """The encoder or the decoder, as what codes a label sees it: one whole number after another."""

    def known(self, at: int) -> int | None:
        """Return the label at position `at`, if this is the encoder."""
        ...

    def code(self, weights: np.ndarray, symbol: int | None) -> int:
        """Return the number that is coded with integers [1, C]: `symbol`, or what the file says."""
        ...


class Joint:
    """The Bayes node over (the codes of several labels, their class priors), 1/2 each, which moves with every label.

    It never switches, so that its total is the same in whichever order labels are coded: here column by column, so
    that one code is at work at a time. The weights' ratio is kept as a fraction and a power of two, which are exact and
    know no underflow.
    """

    def __init__(self) -> None:
        self._fraction, self._power = 0.5, 1  # prior over codes: 1

    def mix(self, codes: np.ndarray, priors: np.ndarray) -> np.ndarray:
        """Return the mixture [1, C] of probabilities [1, C]."""
        ratio = float(np.ldexp(self._fraction, max(-1000, min(1000, self._power))))
        return np.asarray((codes + ratio * priors) / (1 + ratio))

    def weigh(self, code: float, prior: float) -> None:
        """Take what both gave to a label."""
        fraction, power = np.frexp(self._fraction * (prior / code))
        self._fraction, self._power = float(fraction), self._power + int(power)

    def state(self) -> bytes:
        """Return the ratio."""
        return _bytes(np.array([self._fraction, self._power], dtype=np.float64))


class Sequential:
    """The last step of a code, label by label: `Top` over the quantised tables of the probes, quantised again.

    Only sums, products and quotients of float64 are used. Without `nulls` the probes' tables stand as they are. joint:
    of one column of several labels, the node over all columns that stands above.
    """

    def __init__(self, classes: int, nulls: bool, joint: Joint | None = None) -> None:
        self._top = Top(classes) if nulls or joint is not None else None
        self._nulls, self._joint = nulls, joint
        self._seen: list[int] = []
        self._parts: np.ndarray | None = None
        self._own = self._table = np.empty((0, classes))
        self._start = 0

    def meet(self, chunk: Chunk) -> bytes:
        """Take the predictions of a piece; return what its digest is made of."""
        self._table, self._start = integers(np.exp(chunk.table.double().cpu().numpy())), chunk.start
        return self._table.astype("<u4").tobytes() + self.state()

    def code(self, side: Symbols, at: int, *, ends: bool) -> int:
        """Code the label at position `at` on one `side`, learn it and return it; its group `ends` with it or not."""
        row = at - self._start
        label = side.code(self.mix(self._table[row : row + 1]), side.known(at))
        self.learn(label, ends=ends)
        return label

    def mix(self, table: np.ndarray) -> np.ndarray:
        """Return the integers [1, C] that code the next label, for the probes' integers [1, C]."""
        if self._top is None:
            return table
        self._parts = parts = self._top.table(table / WHOLE)
        uniform, prior, probes = self._top.weights if self._nulls else (0.0, 0.0, 1.0)
        self._own = uniform * parts[0] + prior * parts[1] + probes * parts[2]
        return integers(self._own if self._joint is None else self._joint.mix(self._own, parts[1]))

    def learn(self, label: int, *, ends: bool) -> None:
        """Take the label of the row mixed last: weights move, and counts too when its group `ends`."""
        if self._top is None or self._parts is None:
            return
        if self._joint is not None:
            self._joint.weigh(float(self._own[0, label]), float(self._parts[1, 0, label]))
        self._top.weigh(self._parts[:, 0, label])
        self._seen.append(label)
        if ends:
            self._top.count(np.array(self._seen))
            self._seen = []

    def state(self) -> bytes:
        """Return the weights and counts, which depend on every label so far."""
        own = b"" if self._top is None else _bytes(self._top.weights) + _bytes(self._top.counts)
        return own if self._joint is None else own + self._joint.state()


def _bytes(values: np.ndarray) -> bytes:
    return values.astype("<f8").tobytes()
