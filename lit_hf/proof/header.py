"""The header of a file of labels: what was coded, how, where, and the checks that tell a good file from any other.

It holds nothing that decoding reads labels from: its bits are stated apart from the payload's. Little-endian, then one
digest of 4 bytes for each increment, then a checksum of the header itself, then the payload in words of 32 bits.
"""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass, replace

import numpy as np

from lit_hf.coding.written import NO_END
from lit_hf.errors import BadBitstream

MAGIC = b"LIT-BITS"
VERSION, LATEST = 1, 2
"""Classes are written as version 1, as they always were; all other labels as version 2."""
DIGEST = 4  # bytes: a wrong table passes as right once in 4 billion; the labels' own checksum has 16
_FIXED = struct.Struct("<8sHIQQIB8s8s8s16sI8sI")
_MORE = struct.Struct("<IdB")  # version 2: columns, width, mark
_SEAL = 8


@dataclass(frozen=True)
class Header:
    """classes: C; 2 for each of several labels; 0 for numbers. labels: N, or rows of labels that may hold together.
    number: which order; keep_first: order 0 is the order of the examples.

    code: hash of the code and its bank; layout: hash of the groups along the order; environment: hash of what decides
    the arithmetic; checksum: of the labels along the order; words, seal: length and checksum of the payload; digests:
    of the quantised tables of each increment, in which 8,192 rows and more count as several.
    """

    classes: int
    labels: int
    seed: int
    number: int
    keep_first: bool
    code: bytes
    layout: bytes
    environment: bytes
    checksum: bytes
    words: int
    seal: bytes
    digests: tuple[bytes, ...]
    columns: int = 0
    """L, of rows of L labels that may hold together; else 0."""
    mark: int = 0
    """What tells the kind of label where `classes` and `columns` do not (`lit_hf.coding.written`)."""
    width: float = 0.0
    """Of numbers, the width of a bin, where the file gives numbers back; 0 where it gives bins."""

    @property
    def version(self) -> int:
        """The least version of the format that can say this."""
        return VERSION if self.classes != NO_END and not self.columns and not self.mark else LATEST

    @property
    def uniform_bits(self) -> float | None:
        """Length of the uniform code: N log2 C, or N L; None for numbers, whose bins have no end."""
        return self.labels * max(self.columns, 1) * math.log2(self.classes) if self.classes else None

    def pack(self) -> bytes:
        """Return the header's bytes."""
        fixed = _FIXED.pack(
            MAGIC, self.version, self.classes, self.labels, self.seed, self.number, self.keep_first, self.code,
            self.layout, self.environment, self.checksum, self.words, self.seal, len(self.digests),
        )  # fmt: skip
        more = _MORE.pack(self.columns, self.width, self.mark) if self.version > VERSION else b""
        body = fixed + more + b"".join(self.digests)
        return body + digest(body, _SEAL)

    @property
    def bits(self) -> int:
        """Length of the header."""
        return 8 * len(self.pack())


def unpack(data: bytes) -> tuple[Header, bytes]:
    """Split a file into header and payload; raise `BadBitstream` when the header is foreign, cut or damaged."""
    if data[: len(MAGIC)] != MAGIC:
        raise BadBitstream("it is not a file of labels that lit-hf wrote", 0)
    if len(data) < _FIXED.size:
        raise BadBitstream("it ends within the header", 0)
    _, version, classes, labels, seed, number, keep, code, layout, environment, labels_sum, words, seal, count = (
        _FIXED.unpack_from(data)
    )
    if not VERSION <= version <= LATEST:
        raise BadBitstream(f"it has version {version} of the format, and this lit-hf reads {VERSION} to {LATEST}", 0)
    start = _FIXED.size + (_MORE.size if version > VERSION else 0)
    end = start + DIGEST * count
    if len(data) < end + _SEAL:
        raise BadBitstream("it ends within the header", 0)
    if digest(data[:end], _SEAL) != data[end : end + _SEAL]:
        raise BadBitstream("the header is damaged", 0)
    digests = tuple(data[at : at + DIGEST] for at in range(start, end, DIGEST))
    columns, width, mark = _MORE.unpack_from(data, _FIXED.size) if version > VERSION else (0, 0.0, 0)
    found = Header(
        classes, labels, seed, number, bool(keep), code, layout, environment, labels_sum, words, seal, digests, columns,
        mark, width,
    )  # fmt: skip
    return found, data[end + _SEAL :]


def with_width(data: bytes, width: float) -> bytes:
    """Return a file of bins as one of numbers: its header remembers the width of a bin."""
    header, payload = unpack(data)
    return replace(header, width=width).pack() + payload


def digest(data: bytes, size: int) -> bytes:
    """Return `size` bytes of BLAKE2b."""
    return hashlib.blake2b(data, digest_size=size).digest()


def checksum(values: np.ndarray, size: int = 16) -> bytes:
    """Return the digest of whole numbers [n], whatever their type."""
    return digest(np.ascontiguousarray(values).astype("<i8").tobytes(), size)
