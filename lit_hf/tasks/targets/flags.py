"""Multi-label classification: a row has any number of labels. A column of lists, or several columns of 0 and 1.

Each label is one binary question, coded by itself with the coder of classes; the bits are summed. What labels say about
one another is not used, so the codelength is an upper bound for a code that knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lit_hf.errors import BadSetting, TooFewClasses
from lit_hf.tasks.schema import LABEL_NAMES, Schema, first_known, of_type

BETWEEN = ","
"""Between the names of several columns in `--label-column`."""
FLAGS = (0, 1, "0", "1")
"""What says that a label holds, or does not."""


def find_label_columns(schema: Schema, asked: str | None, text: str | None) -> list[str] | None:
    """Return the columns of labels, or None when the dataset has one label a row.

    Several are asked for by name; a single one is a column of lists beside a text that is no list.
    """
    if asked is not None and asked not in schema and BETWEEN in asked:
        return [name.strip() for name in asked.split(BETWEEN)]
    lists = [name for name in of_type(schema, "list") if name != text]
    if asked is not None:
        return [asked] if asked in lists and of_type(schema, "text", "image", "sound") else None
    classes = of_type(schema, "class")
    found = first_known(lists, LABEL_NAMES)
    return [found] if found is not None and not classes and of_type(schema, "text", "image", "sound") else None


def read_sets(
    table: Mapping[str, Sequence[Any]], columns: Sequence[str], declared: Sequence[str] | None,
    names: Sequence[str] | None = None,
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:  # fmt: skip
    """Return labels int64 [rows, L] of 0 and 1, which rows are labelled bool [rows], and the labels' names.

    names: those of another split, of which only these are read. Raises `BadSetting` and `TooFewClasses`.
    """
    if len(columns) > 1:
        return _flags(table, columns)
    raw = table[columns[0]]
    if declared is None and (length := _flag_length(raw, columns[0])):
        wide = {f"label {place}": [row and row[place] for row in raw] for place in range(length)}
        return _flags(wide, list(wide))
    known = np.array([found is not None for found in raw])
    values = sorted({_clean(label, declared) for found in raw for label in found or [] if label is not None})
    kept = tuple(names) if names is not None else tuple(declared or values)
    if len(kept) < 2:
        raise TooFewClasses(len(kept))
    place = {name: index for index, name in enumerate(kept)}
    marks = np.zeros((len(raw), len(kept)), dtype=np.int64)
    for row, found in enumerate(raw):
        for label in found or []:
            if label is not None and (name := _clean(label, declared)) in place:
                marks[row, place[name]] = 1
    return marks, known, kept


def _flags(
    table: Mapping[str, Sequence[Any]], columns: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    read = (np.fromiter((_flag(value, name) for value in table[name]), np.int64, len(table[name])) for name in columns)
    found = np.stack(list(read), axis=1)
    return np.maximum(found, 0), np.asarray((found >= 0).all(1)), tuple(columns)


def _flag_length(raw: Sequence[Any], column: str) -> int:
    """Return the length of rows that are flags: of one length of at least 2, all 0 and 1, or truths; 0 for other rows.

    As ids of labels such a row would name one twice, or always be {0, 1}. Raises `BadSetting` where rows of 0 and 1
    name one twice, and are of several lengths: they are neither. So are rows of other numbers that no ids can be.
    """
    rows = [row for row in raw if row is not None]
    values = {type(value) for row in rows for value in row if value is not None}
    if not values or any(value not in FLAGS and value is not None for row in rows for value in row):
        _require_ids(rows, values, column)
        return 0
    lengths = {len(row) for row in rows}
    if len(lengths) == 1:
        return max(lengths) if max(lengths) > 1 or values == {bool} else 0
    if values == {str}:
        return 0
    if values == {int} and all(len(set(row)) == len(row) for row in rows):
        return 0
    kinds = ", ".join(str(each) for each in sorted(lengths)[:4])
    raise BadSetting("label column", column, f"rows of 0 and 1 of one length; these have {kinds}")


def _require_ids(rows: Sequence[Sequence[Any]], values: set[type], column: str) -> None:
    """Raise `BadSetting` for numbers with fractions, and for rows of one length that hold a number twice."""
    if not values or not values <= {int, float, bool}:
        return
    floats = (value for row in rows for value in row if isinstance(value, float))
    odd = next((value for value in floats if not value.is_integer()), None)
    if odd is not None:
        raise BadSetting("label column", column, f"lists of labels, or rows of 0 and 1; it holds {odd!r}")
    if len({len(row) for row in rows}) == 1 and (row := next((r for r in rows if len(set(r)) < len(r)), None)):
        raise BadSetting("label column", column, f"lists of labels, or rows of 0 and 1; a row is {list(row)[:8]}")


def _flag(value: Any, column: str) -> int:
    """Return 0 or 1; -1 where nothing is said."""
    if value is None or value == "" or value != value or value == -1:
        return -1
    if value in FLAGS:
        return int(value)
    raise BadSetting("label column", column, f"a column of 0 and 1 among several; it holds {value!r}")


def _clean(label: Any, declared: Sequence[str] | None) -> str:
    if declared is not None and isinstance(label, int) and 0 <= label < len(declared):
        return declared[label]
    return str(label)
