"""Labels as a file of as many bits as the code says, and back: the proof that a codelength is the length of a code.

Encoder and decoder walk through the same loop (`Loop`). The probes' table of an increment is turned into
integers before any of its labels is known, and its digest is written into the header, or compared with it: arithmetic
that differs, and labels that came out wrong before, show at the first increment they touch. A range coder turns the
integers into words; labels come out in the order in which they went in. Martin (1979), "Range encoding".
"""

from __future__ import annotations

from typing import Protocol

import constriction
import numpy as np

from lit_hf.codes.prequential import Loop
from lit_hf.codes.probe_mixture import StreamCode
from lit_hf.codes.stream import Stream
from lit_hf.errors import BadBitstream
from lit_hf.proof.header import DIGEST, Header, checksum, digest
from lit_hf.proof.quantised import WHOLE, Sequential, integers

_MODEL = constriction.stream.model.Categorical(perfect=False)


class _Side(Protocol):
    """The encoder or the decoder, as the walk sees it."""

    def meet(self, start: int, stop: int, found: bytes) -> None:
        """Take the digest of the tables for positions [start, stop)."""
        ...

    def code(self, start: int, stop: int, weights: np.ndarray) -> np.ndarray:
        """Return the labels int64 of positions [start, stop), coded with `weights` [stop - start, C]."""
        ...


class Writer:
    """The encoder of `labels` int64 [N] by position."""

    def __init__(self, labels: np.ndarray) -> None:
        self._labels = labels
        self._coder = constriction.stream.queue.RangeEncoder()
        self.digests: list[bytes] = []

    def meet(self, start: int, stop: int, found: bytes) -> None:
        self.digests.append(found)

    def code(self, start: int, stop: int, weights: np.ndarray) -> np.ndarray:
        now = self._labels[start:stop]
        self._coder.encode(now.astype(np.int32), _MODEL, _as_model(weights))
        return now

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

    def code(self, start: int, stop: int, weights: np.ndarray) -> np.ndarray:
        try:
            now = self._coder.decode(_MODEL, _as_model(weights)).astype(np.int64)
        except AssertionError as error:  # what constriction raises for words that no encoder writes
            raise self._bad("the payload is damaged") from error
        self.bits -= float(np.log2(weights[np.arange(len(now)), now] / WHOLE).sum())
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


def write(
    stream: Stream, code: StreamCode, groups: np.ndarray, classes: int, labels: np.ndarray
) -> tuple[bytes, list[bytes]]:
    """Return payload and digests for `labels` int64 [N] in `groups` int64 [N], both by position."""
    writer = Writer(labels)
    _walk(stream, code, groups, classes, writer)
    return writer.payload(), writer.digests


def read(stream: Stream, code: StreamCode, groups: np.ndarray, classes: int, reader: Reader) -> np.ndarray:
    """Return the labels int64 [N] by position; raise `BadBitstream` rather than return a wrong one."""
    labels = _walk(stream, code, groups, classes, reader)
    reader.finish(labels)
    return labels


def _walk(stream: Stream, code: StreamCode, groups: np.ndarray, classes: int, side: _Side) -> np.ndarray:
    """StreamCode all increments on one `side`; return the labels."""
    last = Sequential(classes, code.nulls)
    labels = np.empty(stream.n, dtype=np.int64)
    loop = Loop(stream, code)
    while not loop.done:
        chunk = loop.predict()
        table = integers(np.exp(chunk.table.double().cpu().numpy()))
        side.meet(chunk.start, chunk.stop, digest(table.astype("<u4").tobytes() + last.state(), DIGEST))
        for at in range(chunk.start, chunk.stop):
            labels[at : at + 1] = side.code(at, at + 1, last.mix(table[at - chunk.start : at - chunk.start + 1]))
            last.learn(int(labels[at]), ends=at + 1 == len(groups) or groups[at + 1] != groups[at])
        loop.pay(labels[chunk.start : chunk.stop])
    return labels


def _as_model(weights: np.ndarray) -> np.ndarray:
    """Return `weights` as the range coder's model takes them: it adds the least probability to each by itself."""
    return (weights - 1).astype(np.float64)
