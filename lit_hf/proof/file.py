"""The proof that a codelength is the length of a code: `encode_labels` writes labels, `decode_labels` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.coding.order import Code, Examples, Order
from lit_hf.errors import BadBitstream, FileUnreadable

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.proof.header import Header


def encode_labels(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    num_classes: int | None = None,
    groups: Sequence[int] | np.ndarray | None = None,
    seed: int = 0,
    order: int = 0,
    device: str = "cpu",
    shuffle: bool = True,
    code: str = "online",
) -> bytes:
    """Return a file that gives `labels` back to who has the features; its payload is as long as the codelength says.

    The arguments are those of `codelength`, but that `num_classes` is by default one more than the largest label: the
    file says nothing of what labels are called. `order` is the number of the one that is written. Nothing but the order
    of the features, their groups and the payload is needed to read it: see `decode_labels`.
    """
    from lit_hf.coding.arrays import checked

    examples, rule = checked(features, labels, groups, num_classes)
    return encode_order(
        features, examples, rule.classes, Order(order, seed, keep_first=not shuffle), Code(code, device=device)
    )  # fmt: skip


def decode_labels(
    features: Rows,
    file: bytes | str | PathLike[str],
    *,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
) -> np.ndarray:
    """Return the labels int64 [N] that `file` (its bytes, or its path) was written from.

    features: [N, d] and groups: [N] as they were given to `encode_labels`. Raises `BadBitstream`, which names the first
    increment that fails, for a damaged, cut or foreign file, for other features and where arithmetic differs.
    """
    ids = np.arange(features.shape[0]) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    return decode_order(features, read_file(file), ids.astype(np.int64), device=device)[0]


def encode_order(features: Rows, examples: Examples, classes: int, order: Order, code: Code) -> bytes:
    """Write one order of an evaluation; as in `code_order`, with labels of so many `classes`."""
    from lit_hf.coding.rules import Alphabet, prepare_order
    from lit_hf.proof.bitstream import write
    from lit_hf.proof.header import Header, checksum, digest
    from lit_hf.runtime.arithmetic import environment_hash
    from lit_hf.runtime.units import UNIT_THREADS, side_by_side

    rule = Alphabet(classes)
    ready = prepare_order(features, examples, rule, order, code)
    along = examples.labels[ready.index]
    [(payload, digests)] = side_by_side([lambda: write(ready.stream, ready.code, ready.groups, classes, along)])
    header = Header(
        classes=classes, labels=len(along), seed=order.seed, number=order.number, keep_first=order.keep_first,
        code=bytes.fromhex(rule.digest(code)), layout=checksum(ready.groups, 8),
        environment=environment_hash(code.device, UNIT_THREADS), checksum=checksum(along),
        words=len(payload) // 4, seal=digest(payload, 8), digests=tuple(digests),
    )  # fmt: skip
    return header.pack() + payload


def decode_order(
    features: Rows, data: bytes, groups: np.ndarray, *, device: str = "cpu", rows: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """Read the labels int64 [N] by example from what `encode_order` wrote with these features, groups and rows.

    Beside them is their information in bits: the codelength as the decoder knows it.
    """
    from lit_hf.coding.rules import Alphabet, prepare_order
    from lit_hf.proof.bitstream import Reader, read
    from lit_hf.proof.header import checksum, unpack
    from lit_hf.runtime.arithmetic import environment_hash
    from lit_hf.runtime.units import UNIT_THREADS, side_by_side

    header, payload = unpack(data)
    if header.labels != len(groups):
        raise BadBitstream(f"it holds {header.labels:,} labels, and there are inputs for {len(groups):,}", 0)
    order = prepare_order(
        features, Examples(np.empty(0, np.int64), groups, rows), Alphabet(header.classes),
        Order(header.number, header.seed, header.keep_first), Code(_code_of(header, device), device=device),
    )  # fmt: skip
    if checksum(order.groups, 8) != header.layout:
        raise BadBitstream("the inputs are grouped in another way", 0)
    reader = Reader(header, payload, environment_hash(device, UNIT_THREADS) == header.environment)
    [along] = side_by_side([lambda: read(order.stream, order.code, order.groups, header.classes, reader)])
    labels = np.empty_like(along)
    labels[order.index] = along
    return labels, reader.bits


def read_file(file: bytes | str | PathLike[str]) -> bytes:
    """Return the bytes of `file`."""
    if isinstance(file, bytes):
        return file
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise FileUnreadable(file, error.strerror or "it cannot be opened") from error


def _code_of(header: Header, device: str) -> str:
    """Return the name of the code that has the header's hash."""
    from lit_hf.coding.rules import code_hash
    from lit_hf.config import CODES

    for name in CODES:
        if code_hash(name, device) == header.code.hex():
            return name
    raise BadBitstream("it was written with another version of the coder, or on another kind of device", 0)
