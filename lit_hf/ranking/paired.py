"""Which checkpoints a ranking can tell apart, where some were coded further than others: one family of paired tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lit_hf.measures.intervals import Interval, by_group, interval
from lit_hf.ranking.comparable import Aligned, align, check_same
from lit_hf.ranking.intervals import holm
from lit_hf.records.record import Record

Test = tuple[Interval, int]
"""Bits of one less bits of another, with how many labels they are of."""


@dataclass(frozen=True)
class Pairs:
    """Paired tests among a `field` (indices) whose bits are `aligned`, and of each other one with each of the field.

    `beaten`: for each, those with a code that is separably shorter (Holm over all tests). `behind_first`: of each but
    the first of the field, its bits less those of that one, on the labels that both have.
    """

    field: list[int]
    aligned: Aligned
    beaten: list[set[int]]
    behind_first: dict[int, Test]


def compare(records: Sequence[Record], left: Sequence[bool], level: float) -> Pairs:
    """Test all pairs of the field over all orders; who `left` against each of the field on the labels both have.

    These are tested in order 0, the stream itself, so that their intervals have no variance of orders. Two that left
    are not compared. Where nobody is in it any more (the last one failed), the first stands for the field. Raises
    `IncomparableRecords`.
    """
    field = [k for k, gone in enumerate(left) if not gone] or [0]
    check_same(records)
    aligned, place = align([records[k] for k in field]), {k: i for i, k in enumerate(field)}
    labels = len(records[field[0]].arrays["labels"])

    def test(a: int, b: int) -> Test:
        """Return bits of `a`, one that left or stands later in the field, less those of `b`, of the field."""
        if a in place:
            return interval(aligned.bits[place[a]] - aligned.bits[place[b]], aligned.order, level=level), labels
        return on_shared(records[a], records[b], level)

    tests = {(b, a): test(b, a) for a, b in combinations(field, 2)}
    tests |= {(a, b): test(a, b) for a in range(len(records)) if a not in place for b in field}
    behind = {a: found for (a, b), found in tests.items() if b == field[0]}
    return Pairs(field, aligned, _beaten(tests, len(records), level), behind)


def on_shared(a: Record, b: Record, level: float = 0.95) -> Test:
    """Return bits of `a` less bits of `b` on the first labels, which both have, in order 0."""
    labels = min(len(record.arrays["labels"]) for record in (a, b))
    bits = [record.arrays["bits_encoder"][0][:labels] for record in (a, b)]
    groups = np.asarray(a.arrays["groups"][:labels])
    return interval(by_group((bits[0] - bits[1])[None], groups), level=level), labels


def _beaten(tests: dict[tuple[int, int], Test], count: int, level: float) -> list[set[int]]:
    beaten: list[set[int]] = [set() for _ in range(count)]
    separable = holm([found.p for found, _ in tests.values()], 1 - level)
    for ((a, b), (found, _)), told in zip(tests.items(), separable, strict=True):
        if told:
            beaten[a if found.estimate > 0 else b].add(b if found.estimate > 0 else a)
    return beaten
