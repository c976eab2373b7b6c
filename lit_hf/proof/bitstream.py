"""Labels as a file of as many bits as the code says, and back: the proof that a codelength is the length of a code.

Encoder and decoder walk through the same loop (`Loop`). The probes' table of an increment is turned into
integers before any of its labels is known, and its digest is written into the header, or compared with it: arithmetic
that differs, and labels that came out wrong before, show at the first increment they touch. A range coder turns the
integers into words; labels come out in the order in which they went in, several labels of a row column by column.
Martin (1979), "Range encoding".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import constriction
import numpy as np

from lit_hf.codes.loop import Chunk, Loop
from lit_hf.coding.order import PreparedOrder
from lit_hf.coding.written import NO_END
from lit_hf.errors import BadBitstream
from lit_hf.proof.header import DIGEST, Header, checksum, digest
from lit_hf.proof.quantised import WHOLE, Joint, Pair, Sequential, Symbols

Lanes = Sequence[PreparedOrder]
"""One order of the same labels, made ready for each of the codes that stand side by side: mostly one."""
_MODEL = constriction.stream.model.Categorical(perfect=False)


class _Side(Symbols, Protocol):
    """The encoder or the decoder, as the walk sees it."""

    def meet(self, start: int, stop: int, found: bytes) -> None:
        """Take the digest of the predictions for positions [start, stop)."""
        ...


class _Last(Protocol):
    """The last step of a code: `Sequential` of classes, `Numbers`."""

    def meet(self, chunks: Sequence[Chunk]) -> bytes: ...
    def code(self, side: Symbols, at: int, *, ends: bool) -> int: ...


class Writer:
    """The encoder of `labels` int64 [N] by position, one column of them at a time."""

    def __init__(self) -> None:
        self.labels = np.empty(0, np.int64)
        self._coder = constriction.stream.queue.RangeEncoder()
        self.digests: list[bytes] = []

    def meet(self, start: int, stop: int, found: bytes) -> None:
        self.digests.append(found)

    def known(self, at: int) -> int:
        return int(self.labels[at])

    def code(self, weights: np.ndarray, symbol: int | None) -> int:
        assert symbol is not None
        self._coder.encode(np.array([symbol], np.int32), _MODEL, _as_model(weights))
        return symbol

    def payload(self) -> bytes:
        """Return the words written so far."""
        return self._coder.get_compressed().astype("<u4").tobytes()


class Reader:
    """The decoder of `payload` under `header`; `same_machine`: the environment is the encoder's."""

    def __init__(self, header: Header, payload: bytes, same_machine: bool) -> None:
        self._header, self._same_machine = header, same_machine
        self._whole = len(payload) == 4 * header.words and digest(payload, len(header.seal)) == header.seal
        padded = payload + bytes(-len(payload) % 4)
        self._coder = constriction.stream.queue.RangeDecoder(np.frombuffer(padded, "<u4").astype(np.uint32))
        self._met, self._span = 0, (0, 0)
        self.bits = 0.0
        """Information in the labels read so far, under the integers they were read with."""

    def meet(self, start: int, stop: int, found: bytes) -> None:
        self._met, self._span = self._met + 1, (start, stop)
        known = self._header.digests
        if self._met > len(known) or known[self._met - 1] != found:
            raise self._bad(self._reason())

    def known(self, at: int) -> None:
        return None

    def code(self, weights: np.ndarray, symbol: int | None) -> int:
        try:
            now = int(self._coder.decode(_MODEL, _as_model(weights))[0])
        except AssertionError as error:  # what constriction raises for words that no encoder writes
            raise self._bad("the payload is damaged") from error
        self.bits -= float(np.log2(weights[0, now] / WHOLE))
        return now

    def finish(self, labels: np.ndarray) -> None:
        """Raise unless `labels` [N] are the ones that were written, and every bit of the file is as it was."""
        if checksum(labels) != self._header.checksum:
            raise self._bad(self._reason())
        if not self._whole:
            raise self._bad("the payload is damaged or cut, though not where its labels are")

    def _bad(self, reason: str) -> BadBitstream:
        return BadBitstream(reason, self._met, self._span)

    def _reason(self) -> str:
        if not self._whole:
            return "the payload is damaged or cut"
        if not self._same_machine:
            return "the arithmetic differs: it was written on another machine or with another version of torch"
        return "these are not the features that it was written with"


def write(orders: Iterable[Lanes], classes: int, labels: np.ndarray) -> tuple[bytes, list[bytes]]:
    """Return payload and digests for `labels` by position: int64 [N], or [N, L] with as many fresh `orders`."""
    writer, columns = Writer(), labels.T if labels.ndim == 2 else labels[None]
    joint = Joint() if labels.ndim == 2 else None
    for order, column in zip(orders, columns, strict=True):
        writer.labels = column
        _walk(order, _last(order, classes, joint), writer)
    return writer.payload(), writer.digests


def read(orders: Iterable[Lanes], header: Header, reader: Reader) -> np.ndarray:
    """Return the labels by position as `write` had them; raise `BadBitstream` rather than return a wrong one."""
    joint = Joint() if header.columns else None
    found = [_walk(order, _last(order, header.classes, joint), reader) for order in orders]
    labels = np.stack(found, 1) if header.columns else found[0]
    reader.finish(labels)
    return labels


def _last(lanes: Lanes, classes: int, joint: Joint | None) -> _Last:
    if classes == NO_END:
        from lit_hf.proof.numbers import Numbers

        return Numbers()
    nulls = lanes[0].code.nulls
    return Sequential(classes, nulls, joint) if len(lanes) == 1 else Pair(classes, nulls)


def _walk(lanes: Lanes, last: _Last, side: _Side) -> np.ndarray:
    """Code all increments of one column on one `side`, by one code or several side by side; return its labels."""
    groups, loops = lanes[0].groups, [Loop(lane.stream, lane.code) for lane in lanes]
    labels = np.empty(len(groups), dtype=np.int64)
    while not loops[0].done:
        chunks = [loop.predict() for loop in loops]
        chunk = chunks[0]
        side.meet(chunk.start, chunk.stop, digest(last.meet(chunks), DIGEST))
        for at in range(chunk.start, chunk.stop):
            labels[at] = last.code(side, at, ends=at + 1 == len(groups) or bool(groups[at + 1] != groups[at]))
        for loop in loops:
            loop.pay(labels[chunk.start : chunk.stop])
    return labels


def _as_model(weights: np.ndarray) -> np.ndarray:
    """Return `weights` as the range coder's model takes them: it adds the least probability to each by itself."""
    return (weights - 1).astype(np.float64)
