"""Regression: a label is a number, read as the bin of a stated width that it falls in.

bin = floor((y - o) / d + 1/2): d the user's `--bin-width` and o = 0, else d the smallest gap between two different
targets of the whole split and o the smallest target: then every target has a bin of its own. Width and origin belong
to the stated code, as the number of classes does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lit_hf.errors import BadSetting, TooFewClasses

EXACT = 2.0**53
"""Below this float64 holds every whole number."""
MOST_BINS = 2.0**50
"""Between the origin and the farthest target: beyond, float64 does not tell neighbouring bins apart."""


def read_numbers(raw: Sequence[Any], column: str) -> np.ndarray:
    """Return float64 [rows], NaN where there is no number; raise `BadSetting` for anything else, infinity too."""
    try:
        numbers = (math.nan if value is None or value == "" else float(value) for value in raw)
        found = np.fromiter(numbers, np.float64, len(raw))
    except (TypeError, ValueError) as error:
        raise BadSetting("label column", column, f"a column of numbers; {error}") from error
    if np.isinf(found).any():
        row = int(np.flatnonzero(np.isinf(found))[0])
        raise BadSetting("label column", column, f"a column of finite numbers; row {row + 1} is {found[row]}")
    if (np.abs(found) >= EXACT).any():
        _require_exact(raw, found, column)
    return found


def _require_exact(raw: Sequence[Any], found: np.ndarray, column: str) -> None:
    """Raise `BadSetting` for a whole number that another one may share its float with."""
    for row in np.flatnonzero(np.abs(found) >= EXACT).tolist():
        if isinstance(raw[row], int) and int(found[row]) != raw[row]:
            raise BadSetting("label column", column, f"numbers that a float holds; row {row + 1} is {raw[row]}")


def has_fractions(numbers: np.ndarray) -> bool:
    """Tell whether any number is not whole: such labels are no classes."""
    known = numbers[np.isfinite(numbers)]
    return bool((known != np.round(known)).any())


class Bins(NamedTuple):
    """Bins of equal `width`; `origin` is the middle of bin 0."""

    width: float
    origin: float = 0.0

    def of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the bin int64 [n] of each number: k of [k - 1/2, k + 1/2) widths from the origin."""
        return np.floor((numbers - self.origin) / self.width + 0.5).astype(np.int64)


def find_bins(numbers: np.ndarray, asked: float | None, column: str) -> Bins:
    """Return bins of the width that is asked for, from 0 on; else so narrow that each target has one of its own.

    Then the width is the smallest gap between two targets, and the smallest target is the origin: two targets are at
    least a width apart, so no two fall into one bin. Raises `TooFewClasses` for one target only, `BadSetting` for a
    width out of reach.
    """
    values = np.unique(numbers[np.isfinite(numbers)])
    if len(values) < 2:
        raise TooFewClasses(len(values))
    if asked is not None:
        _require_reach(values, Bins(asked), column)
        return Bins(asked)
    gap = float(np.diff(values).min())
    # 0.1, not 0.09999999999999432; where that is a little more than the gap, two targets may meet in one bin
    for width in (float(f"{gap:.12g}"), gap, gap * (1 - 1e-9)):
        found = Bins(width, float(values[0]))
        _require_reach(values, found, column)
        if len(np.unique(found.of(values))) == len(values):
            return found
    raise BadSetting("bin_width", gap, f"given: targets of {column} lie too close together to have a bin each")


def _require_reach(values: np.ndarray, bins: Bins, column: str) -> None:
    if np.abs(values - bins.origin).max() / bins.width > MOST_BINS:
        spread = float(f"{(values[-1] - values[0]) / 1000:.1g}")
        expected = f"wider: targets of {column} lie too far apart, or from 0; {spread:g} is one choice"
        raise BadSetting("bin_width", bins.width, expected)


def bins_of(numbers: np.ndarray, bins: Bins) -> tuple[np.ndarray, np.ndarray]:
    """Return bins int64 [rows] and whether there is one, bool [rows]."""
    known = np.isfinite(numbers)
    return bins.of(np.where(known, numbers, bins.origin)), known
