"""From a value for each label to slices: numbers in quantile bins, many values in the largest and the others."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.errors import UsageError

MISSING, OTHER = "(missing)", "(other)"
MOST, BINS = 20, 8
"""Values that are slices of their own at most; quantile bins of numbers of which there are more."""
TWO = 2
"""Values by which one table is cut."""


@dataclass(frozen=True, eq=False)
class Slicing:
    """Labels in slices that do not overlap.

    by: what they are cut by. names: of each slice, a value for each of `by`. members: int64 [N], the slice of each
    label.
    """

    by: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    members: np.ndarray

    def beside(self, other: Slicing) -> Slicing:
        """Return the cross table of both: a slice for each pair of values that occurs."""
        both = self.members * len(other.names) + other.members
        found, members = np.unique(both, return_inverse=True)
        names = tuple(self.names[each // len(other.names)] + other.names[each % len(other.names)] for each in found)
        return Slicing(self.by + other.by, names, members.astype(np.int64))


def cross(found: Sequence[Slicing]) -> Slicing:
    """Return one slicing, or the cross table of two."""
    require_few([each.by[0] for each in found])
    return found[0] if len(found) == 1 else found[0].beside(found[1])


def require_few(by: Sequence[str]) -> None:
    """Raise `UsageError` unless there are one or two different things to cut by."""
    if not by:
        raise UsageError("dissect needs something to cut by.", _HOW)
    if len(by) > TWO:
        raise UsageError(f"{len(by)} things to cut by: one table shows at most two.", "Give `--by` once or twice.")
    if len(set(by)) < len(by):
        raise UsageError(f"{by[0]} is given twice.", "Name two different things, or one.")


def slicing(by: str, values: Sequence[Any]) -> Slicing:
    """Return the slices of `values`, one for each label; None, NaN and empty texts are a slice of their own.

    Raises `UsageError` where all values are alike, and where they all differ and are no numbers.
    """
    plain = [None if _is_missing(value) else value for value in values]
    known = [value for value in plain if value is not None]
    if _are_numbers(known) and len(set(known)) > MOST:
        names = _in_bins(plain)
    else:
        spoken = [None if value is None else _said(value) for value in plain]
        _require_groups(by, [name for name in spoken if name is not None])
        names = _in_largest(spoken)
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    if len(order) < 2:
        only = next(iter(order), MISSING)
        raise UsageError(f"{by} is {only!r} for all {len(values):,} labels: there is nothing to cut.", _HOW)
    return Slicing((by,), tuple((name,) for name in order), np.array([order[name] for name in names], np.int64))


_HOW = "Name it with `--by label`, `--by length`, `--by COLUMN` or `--by cluster:8`."


def _require_groups(by: str, known: Sequence[str]) -> None:
    if len(known) > MOST and len(set(known)) == len(known):
        raise UsageError(f"{by} has {len(known):,} values, as many as labels: no slice has two.", _HOW)


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()  # a csv has no other way to say it
    return value is None or (isinstance(value, float) and math.isnan(value))


def _are_numbers(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _in_bins(values: Sequence[Any]) -> list[str]:
    """Return the names of quantile bins: their least and largest value."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
    places = np.searchsorted(cuts, known, side="left")
    ends = {place: (known[places == place].min(), known[places == place].max()) for place in np.unique(places)}
    spoken = {place: _said(low) if low == high else f"{low:.6g} to {high:.6g}" for place, (low, high) in ends.items()}
    found = iter(places.tolist())
    return [MISSING if value is None else spoken[next(found)] for value in values]


def _in_largest(spoken: Sequence[str | None]) -> list[str]:
    counts = Counter(name for name in spoken if name is not None)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    kept = set(ranked if len(ranked) <= MOST else ranked[:MOST])
    return [MISSING if name is None else name if name in kept else OTHER for name in spoken]


def _said(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
