"""Probabilities as integers: what an entropy coder needs, and what another process can compute alike to the last bit.

A table of C probabilities becomes C whole numbers of at least 1 that sum to 2^24: floor(p * (2^24 - C)) + 1, and what
is left over goes to the largest p. No label costs more than 24 bits, and likely ones cost what they cost before.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """The Bayes node over two codes, 1/2 each, which moves with every label: of several labels (all their codes, their
    class priors), of ordered steps (the code of classes, the cumulative-link code).

    It never switches, so that its total is the same in whichever order labels are coded: several labels column by
    column, so that one code is at work at a time. The weights' ratio is kept as a fraction and a power of two, which
    are exact and know no underflow.
    """

    def __init__(self) -> None:
        self._fraction, self._power = 0.5, 1  # second over first: 1

    def mix(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return the mixture [1, C] of probabilities [1, C]."""
        ratio = float(np.ldexp(self._fraction, max(-1000, min(1000, self._power))))
        return np.asarray((first + ratio * second) / (1 + ratio))

    def weigh(self, first: float, second: float) -> None:
        """Take what both gave to a label."""
        fraction, power = np.frexp(self._fraction * (second / first))
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

    def meet(self, chunks: Sequence[Chunk]) -> bytes:
        """Take the predictions of a piece; return what its digest is made of."""
        [chunk] = chunks
        self._table, self._start = integers(np.exp(chunk.table.double().cpu().numpy())), chunk.start
        return self._table.astype("<u4").tobytes() + self.state()

    def code(self, side: Symbols, at: int, *, ends: bool) -> int:
        """Code the label at position `at` on one `side`, learn it and return it; its group `ends` with it or not."""
        label = side.code(self.mix(self.row(at)), side.known(at))
        self.learn(label, ends=ends)
        return label

    def row(self, at: int) -> np.ndarray:
        """Return the probes' integers [1, C] for position `at`."""
        return self._table[at - self._start : at - self._start + 1]

    def mix(self, table: np.ndarray) -> np.ndarray:
        """Return the integers [1, C] that code the next label, for the probes' integers [1, C]."""
        return table if self._top is None else integers(self.chances(table))

    def chances(self, table: np.ndarray) -> np.ndarray:
        """Return the probabilities [1, C] of the next label."""
        if self._top is None:
            return table / WHOLE
        self._parts = parts = self._top.table(table / WHOLE)
        uniform, prior, probes = self._top.weights if self._nulls else (0.0, 0.0, 1.0)
        self._own = uniform * parts[0] + prior * parts[1] + probes * parts[2]
        return self._own if self._joint is None else self._joint.mix(self._own, parts[1])

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


class Pair:
    """The last step of two codes side by side, each with its own null experts, under a `Joint` node."""

    def __init__(self, classes: int, nulls: bool) -> None:
        self._each = Sequential(classes, nulls), Sequential(classes, nulls)
        self._joint = Joint()

    def meet(self, chunks: Sequence[Chunk]) -> bytes:
        """Take both codes' predictions of a piece; return what its digest is made of."""
        own = [one.meet([chunk]) for one, chunk in zip(self._each, chunks, strict=True)]
        return b"".join(own) + self._joint.state()

    def code(self, side: Symbols, at: int, *, ends: bool) -> int:
        """Code the label at position `at` on one `side`, learn it and return it; its group `ends` with it or not."""
        first, second = (one.chances(one.row(at)) for one in self._each)
        label = side.code(integers(self._joint.mix(first, second)), side.known(at))
        self._joint.weigh(float(first[0, label]), float(second[0, label]))
        for one in self._each:
            one.learn(label, ends=ends)
        return label


def _bytes(values: np.ndarray) -> bytes:
    return values.astype("<f8").tobytes()
