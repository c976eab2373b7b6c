"""Raw label values to classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lit_hf.errors import BadSetting

MISSING = -1


def find_classes(raw: Sequence[Any], names: Sequence[str] | None, column: str) -> dict[Any, int]:
    """Map each cleaned label value to its class, in the order of `names` if the dataset declares them, else sorted.

    Where names are declared, -1 stands for a missing label; elsewhere it is a label, a step of a scale as others are.
    Raises `BadSetting` when the column holds real numbers.
    """
    values = {cleaned for value in raw if (cleaned := clean_label(value, column)) is not None}
    if names is not None:
        values.discard(MISSING)
    if names is not None and all(isinstance(value, int) and 0 <= value < len(names) for value in values):
        return {index: index for index in range(len(names))}
    ordered = sorted(values, key=lambda value: (isinstance(value, str), value))
    return {value: index for index, value in enumerate(ordered)}


def class_names(classes: dict[Any, int], names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the classes in their order."""
    if names is not None and len(names) == len(classes) and all(isinstance(value, int) for value in classes):
        return tuple(names)
    return tuple(str(value) for value in classes)


def encode_labels(raw: Sequence[Any], classes: dict[Any, int], column: str) -> np.ndarray:
    """Return int64 [rows]: the class of each value, `MISSING` where it is null, missing or not among `classes`."""
    return np.fromiter((classes.get(clean_label(value, column), MISSING) for value in raw), np.int64, len(raw))


def clean_label(value: Any, column: str) -> int | str | None:
    """Return a label as an int or a non-empty str, None when there is none; 1.0 is 1, True is "True"."""
    if value is None or value == "" or value != value:  # NaN differs from itself
        return None
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, int):
        return int(value)  # one that remembers how it was written is a plain one here
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        raise BadSetting("label column", column, f"a column of classes; {value} is a real number")
    raise BadSetting("label column", column, f"a column with one class per row; it holds {type(value).__name__} values")
