"""Regression: a label is a number, read as the bin of a stated width that it falls in.

bin = round(y / d), d the user's `--bin-width`, else the smallest gap between two different targets of the whole split:
then every target has a bin of its own. The width belongs to the stated code, as the number of classes does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lit_hf.errors import BadSetting, TooFewClasses

MOST_BINS = 2.0**50
"""Between 0 and the farthest target: beyond, float64 does not tell neighbouring bins apart."""


def read_numbers(raw: Sequence[Any], column: str) -> np.ndarray:
    """Return float64 [rows], NaN where there is no number; raise `BadSetting` when the column holds something else."""
    try:
        found = np.array([math.nan if value is None or value == "" else float(value) for value in raw])
    except (TypeError, ValueError) as error:
        raise BadSetting("label column", column, f"a column of numbers; {error}") from error
    return np.where(np.isfinite(found), found, math.nan)


def has_fractions(numbers: np.ndarray) -> bool:
    """Tell whether any number is not whole: such labels are no classes."""
    known = numbers[np.isfinite(numbers)]
    return bool((known != np.round(known)).any())


def find_width(numbers: np.ndarray, asked: float | None, column: str) -> float:
    """Return the width of a bin; raise `TooFewClasses` for one target only, `BadSetting` for a width out of reach."""
    values = np.unique(numbers[np.isfinite(numbers)])
    if len(values) < 2:
        raise TooFewClasses(len(values))
    width = float(np.diff(values).min()) if asked is None else asked
    width = width if asked is not None else float(f"{width:.12g}")  # 0.1, not 0.09999999999999432
    if np.abs(values).max() / width > MOST_BINS:
        spread = float(f"{(values[-1] - values[0]) / 1000:.1g}")
        raise BadSetting("bin_width", width, f"wider: targets of {column} lie too far from 0; {spread:g} is one choice")
    return width


def bins_of(numbers: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return bins int64 [rows] and whether there is one, bool [rows]."""
    known = np.isfinite(numbers)
    return np.round(np.where(known, numbers, 0.0) / width).astype(np.int64), known
