"""Small things: empty inputs, missing labels, tiny classes, names that differ by case or space, drift of labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.checks.contract import Data
from lit_hf.checks.kt import KT, static_bits
from lit_hf.tasks.form import grouping_form

TINY = 5
"""Examples below which a class is tiny."""


@dataclass(frozen=True)
class Counts:
    """What a split has: `empty` inputs (blank ones too) and rows without a label."""

    split: str
    rows: int
    empty: int
    unlabelled: int


@dataclass(frozen=True)
class Drift:
    """Labels of `split` coded with the distribution of the first split, against a code of their own.

    bits = sum over labels of -log2 p_first(label) - L_KT(labels of `split`), p_first = (n_c + 1/2) / (n + C/2): above 0
    where the split's own distribution, learned from nothing, is cheaper. `labels`: labels coded.
    """

    split: str
    bits: float
    evidence: float
    """L_KT(labels of both) - L_KT(of the first) - L_KT(of `split`), bits: two to the power of it are the odds of two
    distributions against one. Unlike `bits` it knows that the first split's distribution was learned too."""
    labels: int


@dataclass(frozen=True)
class Small:
    """All of them; `tiny`: classes of the first split with fewer than 5 examples and at least 1, with their count."""

    counts: tuple[Counts, ...]
    tiny: tuple[tuple[str, int], ...]
    alike: tuple[tuple[str, ...], ...]
    """Groups of class names that are one but for case and spaces."""
    drift: tuple[Drift, ...]


def find_small(data: Data) -> Small:
    """Count them all; no question of labels: no tiny classes and no drift."""
    empty = np.array([value is None for value in data.inputs], dtype=bool)
    counts = [
        Counts(name, stop - start, int(empty[start:stop].sum()), int((~data.labels.known[start:stop]).sum()))
        for name, start, stop in _spans(data)
    ]
    names = () if data.labels.kind == "tags" else data.labels.names
    return Small(tuple(counts), _tiny(data), _alike(names), tuple(_drifts(data)))


def _spans(data: Data) -> list[tuple[str, int, int]]:
    return [
        (name, int(start), int(stop))
        for name, start, stop in zip(data.splits, data.starts[:-1], data.starts[1:], strict=True)
    ]


def _tiny(data: Data) -> tuple[tuple[str, int], ...]:
    values = data.labels.values[data.first]
    if data.labels.kind == "sets":
        counts = (values == 1).sum(0)
    elif data.labels.kind == "classes":
        counts = np.bincount(values[values >= 0], minlength=len(data.labels.names))
    else:
        return ()
    few = np.flatnonzero((counts > 0) & (counts < TINY)).tolist()
    return tuple((data.labels.names[place], int(counts[place])) for place in few)


def _alike(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(grouping_form(name).replace(" ", ""), []).append(name)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _drifts(data: Data) -> list[Drift]:
    found = []
    for name, start, stop in _spans(data)[1:]:
        bits, evidence, labels = 0.0, 0.0, 0
        for question in data.labels.questions():
            own = _counts(question.codes[start:stop], question.size)
            learned = _counts(question.codes[data.first], question.size)
            if own.sum() and learned.sum():
                coder = KT(int(own.sum() + learned.sum()), question.size)
                bits += static_bits(own, learned) - coder.bits(own)
                evidence += coder.bits(own + learned) - coder.bits(learned) - coder.bits(own)
                labels += int(own.sum())
        if labels:
            found.append(Drift(name, bits, evidence, labels))
    return found


def _counts(codes: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(codes[codes >= 0], minlength=size)
