"""Which records may be compared, and their bits laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.errors import IncomparableRecords
from lit_hf.measures.intervals import Interval, by_group, interval
from lit_hf.records.record import Record

SAME = (
    ("dataset", "fingerprint"),
    ("dataset", "kind"),
    ("dataset", "unit"),
    ("dataset", "examples"),
    ("dataset", "class_names"),
    ("coder", "version"),
    ("coder", "bank"),
)


@dataclass(frozen=True, eq=False)
class Aligned:
    """M records on one stream: `bits` float64 [M, R, G] by group; `order` int [R, G], the group at each position."""

    bits: np.ndarray
    order: np.ndarray


def check_comparable(records: Sequence[Record]) -> None:
    """Raise `IncomparableRecords` unless all are of the same data, unit, coder and bank, coded in the same orders."""
    check_same(records)
    for record in records:
        if len(records) > 1 and not record.complete:
            reason = f"of {record['model']['id']} a race coded {record['stage']['n']} of {record['stage']['of']} groups"
            raise IncomparableRecords(f"{reason}; `lit-hf rank --no-race` codes all its labels")
    _check_orders(records)


def check_same(records: Sequence[Record]) -> None:
    """Raise `IncomparableRecords` unless all are of the same data, unit, coder and bank, with their arrays."""
    for other in records[1:]:
        for section, field in SAME:
            _same(f"{section}.{field}", field_of(records[0], section, field), field_of(other, section, field))
    for record in records:
        if not {"bits_encoder", "order", "labels"} <= set(record.arrays):
            raise IncomparableRecords(f"the record of {record['model']['id']} has no arrays.npz beside it")


def _check_orders(records: Sequence[Record]) -> None:
    for other in records[1:]:
        if not all(np.array_equal(records[0].arrays[name], other.arrays[name]) for name in ("labels", "order")):
            raise IncomparableRecords("their labels or orders differ")


def field_of(record: Record, section: str, field: str) -> Any:
    """Return a field of a section by their names; None when it is not there."""
    found: Any = record[section]
    return found.get(field)


def _same(name: str, first: Any, second: Any) -> None:
    if first != second:
        raise IncomparableRecords(f"{name} is {first!r} in one and {second!r} in the other")


def align(records: Sequence[Record]) -> Aligned:
    """Bits of records on the same labels side by side; raise `IncomparableRecords` when they are on others."""
    check_same(records)
    _check_orders(records)
    arrays = records[0].arrays
    groups = np.asarray(arrays.get("groups", np.arange(len(arrays["labels"]))))
    bits = np.stack([by_group(np.asarray(record.arrays["bits_encoder"]), groups) for record in records])
    return Aligned(bits, np.stack([order_of_groups(row, groups) for row in arrays["order"]]))


def order_of_groups(order: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The group at each position [G], from the example at each position [N] and the group of each example [N]."""
    along = groups[order]
    return along[np.append(True, along[1:] != along[:-1])]


@dataclass(frozen=True)
class Difference:
    """`interval`: bits of a minus bits of b. `examples`: groups on which they differ most, and by how much."""

    interval: Interval
    examples: list[tuple[int, float]]


def diff(a: Record, b: Record, *, level: float = 0.95, count: int = 10) -> Difference:
    """Paired comparison of two records on one dataset; `count` groups with the largest differences, largest first."""
    check_comparable([a, b])
    aligned = align([a, b])
    difference = aligned.bits[0] - aligned.bits[1]
    mean = difference.mean(axis=0)
    most = np.argsort(-np.abs(mean), kind="stable")[:count]
    return Difference(interval(difference, aligned.order, level=level), [(int(g), float(mean[g])) for g in most])
