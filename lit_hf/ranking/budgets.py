"""What checkpoints paid after so many labels, on the same labels in the same order, so that a column compares them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from lit_hf.records.record import Record


def marks_of(records: Iterable[Record]) -> list[int]:
    """Return all numbers of labels after which any of the records says what it paid, least first."""
    return sorted({each["labels"] for record in records for each in record["budgets"]})


def in_first_order(record: Record, marks: Collection[int]) -> list[dict[str, Any]]:
    """Return what a record paid in order 0 [bits] after each of `marks` that it was coded for, and what was held out.

    A race codes whoever left in order 0 alone and the others in all orders, whose means are of other streams. Held-out
    labels are predicted after order 0 in any case.
    """
    known: dict[int, dict[str, Any]] = {each["labels"]: dict(each) for each in record["budgets"]}
    bits, order = np.asarray(record.arrays["bits_encoder"][0]), np.asarray(record.arrays["order"][0])
    paid = np.cumsum(bits[order])
    return [
        {**known.get(mark, {"accuracy": None}), "labels": mark, "bits": float(paid[mark - 1])}
        for mark in sorted(marks)
        if mark <= len(paid)
    ]


def first_alike(records: Sequence[Record], index: int) -> int | None:
    """Return the first record before `index` that paid the very same bits for every label of every order, or None."""
    mine = np.asarray(records[index].arrays["bits_encoder"])
    return next((k for k in range(index) if np.array_equal(records[k].arrays["bits_encoder"], mine)), None)
