"""Labels of any kind as the checks see them: when two differ, and which questions with few answers they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.errors import BadSetting

PARTS = 8
"""Numbers are coded by the eighth of the first split that they fall in."""
APART = 0.25
"""Numbers of two copies conflict when they are more than so many standard deviations apart."""
MISSING = -1


@dataclass(frozen=True)
class Question:
    """What a code can pay for: `codes` int64 [N], each below `size`, or -1 where nothing is known."""

    codes: np.ndarray
    size: int


@dataclass(frozen=True)
class Labels:
    """Labels of all rows of all splits.

    kind "classes": `values` int64 [N]; "sets" (labels that may hold together): int64 [N, L] of 0 and 1; "numbers":
    float64 [N]; "tags" (one for each word): int64 [N], a number for each distinct row of tags. Rows that are not
    `known`, bool [N], hold -1 or NaN.
    """

    kind: str
    values: np.ndarray
    known: np.ndarray
    names: tuple[str, ...] = ()
    cuts: np.ndarray | None = None
    """Of numbers: float64 [at most 7], where the eighths of the first split end."""
    apart: float = 0.0
    """Of numbers: two conflict when they are farther apart."""

    def questions(self) -> list[Question]:
        """Return what is coded: the class, each label of a set by itself, the eighth of a number; no tags of words."""
        if self.kind == "tags":
            return []
        if self.kind == "sets":
            return [Question(column, 2) for column in self.values.T]
        if self.cuts is None:
            return [Question(self.values, len(self.names))]
        codes = np.searchsorted(self.cuts, self.values, side="right").astype(np.int64)
        return [Question(np.where(self.known, codes, MISSING), len(self.cuts) + 1)]

    def differ(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return for rows `first` and `second`, int [P], whether both have labels and these conflict, bool [P]."""
        one, other = self.values[first], self.values[second]
        with np.errstate(invalid="ignore"):
            found = np.abs(one - other) > self.apart if self.kind == "numbers" else one != other
        apart: np.ndarray = found.any(1) if found.ndim == 2 else found
        return apart & self.known[first] & self.known[second]

    def spoken(self, row: int) -> str:
        """Return a row's label in words."""
        if not self.known[row]:
            return ""
        if self.kind == "numbers":
            return f"{float(self.values[row]):g}"
        if self.kind == "sets":
            return ", ".join(name for name, holds in zip(self.names, self.values[row], strict=True) if holds)
        return self.names[int(self.values[row])]


def as_labels(raw: Sequence[Any], first: int) -> Labels:
    """Return labels of raw values of all splits, of which the first `first` are those of the first split.

    Rows of values are sets of labels or, where all are 0 or 1 and rows of one length of at least 2, flags. Whole
    numbers and texts are classes, numbers that are not all whole are numbers. None, NaN and "" are missing. Raises
    `BadSetting` when kinds are mixed.
    """
    values = [None if _is_missing(value) else value for value in raw]
    known = [value for value in values if value is not None]
    if any(_is_row(value) for value in known):
        return _sets(values)
    numbers = [value for value in known if isinstance(value, float | np.floating)]
    if any(not float(value).is_integer() for value in numbers):
        if not all(isinstance(value, int | float | np.number) for value in known):
            raise BadSetting("labels", "a mix of numbers and texts", "classes, numbers, or rows of labels")
        return numbers_of(np.array([math.nan if value is None else float(value) for value in values]), first)
    spoken = [None if value is None else _class_name(value) for value in values]
    names = sorted({name for name in spoken if name is not None})
    place = {name: index for index, name in enumerate(names)}
    return classes_of(np.array([MISSING if name is None else place[name] for name in spoken], np.int64), names)


def classes_of(codes: np.ndarray, names: Sequence[str], kind: str = "classes") -> Labels:
    """Return labels of classes, int64 [N] with -1 where there is none."""
    return Labels(kind, codes, codes >= 0, tuple(names))


def numbers_of(values: np.ndarray, first: int) -> Labels:
    """Return labels that are numbers, float64 [N] with NaN where there is none; `first`: rows of the first split."""
    known = np.isfinite(values)
    seen = values[:first][known[:first]]
    cuts = np.unique(np.quantile(seen, np.arange(1, PARTS) / PARTS)) if len(seen) else np.empty(0)
    return Labels("numbers", values, known, (), cuts, APART * float(seen.std()) if len(seen) else 0.0)


def sets_of(flags: np.ndarray, known: np.ndarray, names: Sequence[str]) -> Labels:
    """Return labels that may hold together: `flags` int64 [N, L] of 0 and 1, `known` bool [N]."""
    return Labels("sets", np.where(known[:, None], flags, MISSING), known, tuple(names))


def _sets(values: Sequence[Any]) -> Labels:
    rows = [None if value is None else list(value) for value in values]
    known = np.array([row is not None for row in rows])
    sizes = {len(row) for row in rows if row is not None}
    flat = [each for row in rows for each in row or []]
    if len(sizes) == 1 and min(sizes) > 1 and all(each in (0, 1) for each in flat):
        wide = sizes.pop()
        flags = np.array([[int(each) for each in row] if row else [0] * wide for row in rows], np.int64)
        return sets_of(flags, known, [f"label {place}" for place in range(wide)])
    names = sorted({str(each) for each in flat})
    place = {name: index for index, name in enumerate(names)}
    flags = np.zeros((len(rows), len(names)), np.int64)
    for index, row in enumerate(rows):
        flags[index, [place[str(each)] for each in row or []]] = 1
    return sets_of(flags, known, names)


def _class_name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float | np.floating) else str(value)


def _is_row(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset | np.ndarray)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value) or (isinstance(value, float) and math.isnan(value))
