"""The proof that a codelength is the length of a code: `encode_labels` writes labels, `decode_labels` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.coding.order import Code, Examples, Order
from lit_hf.errors import BadBitstream, BadSetting, FileUnreadable

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.written import Written
    from lit_hf.proof.bitstream import Lanes
    from lit_hf.proof.header import Header


def encode_labels(
    features: Rows,
    labels: Sequence[Any] | np.ndarray,
    *,
    num_classes: int | None = None,
    bin_width: float | None = None,
    groups: Sequence[int] | np.ndarray | None = None,
    seed: int = 0,
    order: int = 0,
    device: str = "cpu",
    shuffle: bool = True,
    code: str = "online",
) -> bytes:
    """Return a file that gives `labels` back to who has the features; its payload is as long as the codelength says.

    Nothing but the features in their order, their groups and the file is needed to read it: see `decode_labels`.

    Args:
        features: floats [N, d] (array, memory map, tensor or feature store).
        labels: integers [N] in 0 .. C - 1; or 0 and 1 [N, L], several labels of each row; or numbers [N].
        num_classes: of classes, C, by default one more than the largest label.
        bin_width: of numbers, the width d of the bins round(y / d) that are written.
        groups: [N] ids; labels of one group are coded together and learned after it.
        seed: of the orders.
        order: the number of the one that is written.
        device: where probes compute.
        shuffle: False codes order 0 as given, for examples that come in random order already.
        code: `online`, or a block code for reference (`lit_hf.config.CODES`).

    Returns:
        The bytes of the file: a header, and a payload of as many bits as `codelength` says, and less than 64 more.

    Raises:
        TooFewExamples, TooFewClasses, NotFiniteFeatures, BadSetting: for arguments that cannot be coded.

    Example:
        >>> import lit_hf, numpy as np
        >>> labels = np.arange(40) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> file = lit_hf.encode_labels(features, labels)
        >>> file[:8]
        b'LIT-BITS'
    """
    from lit_hf.coding.arrays import checked, checked_bins, checked_code, checked_flags
    from lit_hf.coding.written import NO_END
    from lit_hf.proof.header import with_width
    from lit_hf.tasks.targets import written_of

    checked_code(code)
    several = np.ndim(labels) == 2
    if num_classes is not None and (several or bin_width is not None):
        raise BadSetting("num_classes", num_classes, "left out, for the labels are no classes")
    if bin_width is not None and code != "online":
        raise BadSetting("code", code, "online: numbers have no block code")
    if bin_width is not None:
        examples, written = checked_bins(features, labels, groups, bin_width), written_of(NO_END)
    elif several:
        examples = checked_flags(features, labels, groups)
        written = written_of(2, examples.labels.shape[1])
    else:
        examples, alphabet = checked(features, labels, groups, num_classes)
        written = written_of(alphabet.classes)
    way = Order(order, seed, keep_first=not shuffle)
    file = encode_order(features, examples, written, way, Code(code, device=device))
    return file if bin_width is None else with_width(file, bin_width)


def decode_labels(
    features: Rows,
    file: bytes | str | PathLike[str],
    *,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
) -> np.ndarray:
    """Return the labels that `file` was written from: int64 [N], or [N, L], or float64 [N] of numbers.

    Args:
        features: [N, d], as they were given to `encode_labels`.
        file: what it returned, or the path of a file that holds it.
        groups: [N], as they were given to `encode_labels`.
        device: where probes compute: of the kind that it was written on.

    Returns:
        The labels, in the order of the features; of numbers, the middle of each one's bin.

    Raises:
        BadBitstream: it names the first increment that fails, for a damaged, cut or foreign file, for other features
            and where arithmetic differs.
        FileUnreadable: there is no such file.

    Example:
        >>> import lit_hf, numpy as np
        >>> labels = np.arange(40) % 2
        >>> features = np.stack([labels, 1 - labels], 1).astype("float32")
        >>> file = lit_hf.encode_labels(features, labels)
        >>> lit_hf.decode_labels(features, file)[:6].tolist()
        [0, 1, 0, 1, 0, 1]
    """
    from lit_hf.proof.header import unpack

    ids = np.arange(features.shape[0]) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    data = read_file(file)
    labels, _ = decode_order(features, data, ids.astype(np.int64), device=device)
    width = unpack(data)[0].width
    return labels * width if width else labels


def encode_order(features: Rows, examples: Examples, written: Written, order: Order, code: Code) -> bytes:
    """Write one order of an evaluation, as in `code_order`; `written` is the target's."""
    from lit_hf.proof.bitstream import write
    from lit_hf.proof.header import Header, checksum, digest
    from lit_hf.runtime.units import side_by_side

    codes = written.codes(code)
    ready = _lanes(features, examples, written, order, codes)[0]
    along = examples.labels[ready.index]
    orders = (_lanes(features, examples, written, order, codes) for _ in range(max(1, written.columns)))
    [(payload, digests)] = side_by_side([lambda: write(orders, written.symbols, along)])
    header = Header(
        classes=written.symbols, labels=len(along), seed=order.seed, number=order.number, keep_first=order.keep_first,
        code=bytes.fromhex(written.digest(code)), layout=checksum(ready.groups, 8),
        environment=_environment(written, code.device), checksum=checksum(along),
        words=len(payload) // 4, seal=digest(payload, 8), digests=tuple(digests), columns=written.columns,
        mark=written.mark,
    )  # fmt: skip
    return header.pack() + payload


def _lanes(features: Rows, examples: Examples, written: Written, order: Order, codes: tuple[Code, ...]) -> Lanes:
    """Return one order made ready for each code, with probes of its own."""
    from lit_hf.coding.rules import prepare_order

    return [prepare_order(features, examples, written.rule, order, code) for code in codes]


def decode_order(
    features: Rows, data: bytes, groups: np.ndarray, *, device: str = "cpu", rows: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """Read the labels int64 [N] (or [N, L]) by example from what `encode_order` wrote with these features and groups.

    Beside them is their information in bits: the codelength as the decoder knows it.
    """
    from lit_hf.proof.bitstream import Reader, read
    from lit_hf.proof.header import checksum, unpack
    from lit_hf.runtime.units import side_by_side
    from lit_hf.tasks.targets import written_of

    header, payload = unpack(data)
    if header.labels != len(groups):
        raise BadBitstream(f"it holds {header.labels:,} labels, and there are inputs for {len(groups):,}", 0)
    written = written_of(header.classes, header.columns, header.mark)
    way = Order(header.number, header.seed, header.keep_first)
    examples = Examples(np.empty(0, np.int64), groups, rows)
    codes = written.codes(_code_of(header, written, device))
    ready = _lanes(features, examples, written, way, codes)[0]
    if checksum(ready.groups, 8) != header.layout:
        raise BadBitstream("the inputs are grouped in another way", 0)
    reader = Reader(header, payload, _environment(written, device) == header.environment)
    orders = (_lanes(features, examples, written, way, codes) for _ in range(max(1, header.columns)))
    [along] = side_by_side([lambda: read(orders, header, reader)])
    labels = np.empty_like(along)
    labels[ready.index] = along
    return labels, reader.bits


def read_file(file: bytes | str | PathLike[str]) -> bytes:
    """Return the bytes of `file`."""
    if isinstance(file, bytes):
        return file
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise FileUnreadable(file, error.strerror or "it cannot be opened") from error


def _environment(written: Written, device: str) -> bytes:
    """Return the hash of what decides the arithmetic."""
    from lit_hf.runtime.arithmetic import environment_hash
    from lit_hf.runtime.units import UNIT_THREADS

    return environment_hash(device, UNIT_THREADS, *written.libraries)


def _code_of(header: Header, written: Written, device: str) -> Code:
    """Return the code that has the header's hash."""
    from lit_hf.config import CODES

    for name in CODES:
        if written.digest(Code(name, device=device)) == header.code.hex():
            return Code(name, device=device)
    raise BadBitstream("it was written with another version of the coder, or on another kind of device", 0)
