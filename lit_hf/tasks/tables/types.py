"""Columns of strings to whole numbers, truths or numbers, decided over the whole column; everything else stays text.

- whole numbers: every field that is not empty is the plain decimal of an integer below 2^63 (no plus, no leading zero),
  or every one is such a number followed by `.0`;
- truths: every field is True or False, or every one is true or false;
- numbers: every field is a finite decimal, some are not whole, none has a zero before another digit. In such a column
  the words NA, NaN, nan and null stand for nothing, and are counted. Infinity is a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lit_hf.tasks.lazy import Stored
from lit_hf.tasks.tables.errors import InfiniteNumber
from lit_hf.tasks.tables.reading import Reading

if TYPE_CHECKING:
    import pyarrow

_WHOLE = r"(0|-?[1-9][0-9]*)"
_NUMBER = r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_INFINITY = r"[+-]?([iI][nN][fF]([iI][nN][iI][tT][yY])?)"
NOTHING = ("NA", "NaN", "nan", "null")
"""Words for nothing in a column of numbers; anywhere else they are themselves."""
PATTERNS = {
    "whole": f"^{_WHOLE}$", "dotted": rf"^{_WHOLE}\.0$", "True": "^(True|False)$", "true": "^(true|false)$",
    "number": f"^({_NUMBER}|{_INFINITY}|{'|'.join(NOTHING)})$",
}  # fmt: skip
"""What all fields of a column may look like, and what it is then called here."""
WRITTEN = "\x1fas written\x1f"
"""Before the name of a column that keeps how numbers were written, where numbers alone do not tell."""


@dataclass(frozen=True)
class Part:
    """One split, of which the columns of strings are to be typed; `where` names the place of a row, for a fault."""

    table: pyarrow.Table
    reading: Reading
    where: Callable[[int], str]


def row_number(row: int) -> str:
    """Return the place of a row in a file that has no lines."""
    return f"row {row + 1}"


def typed(parts: Sequence[Part]) -> list[pyarrow.Table]:
    """Return the tables of the splits with typed columns: one type for a column that several splits have.

    Columns that have another type than text already keep it, such as numbers of JSON and of parquet.
    """
    tables = [part.table for part in parts]
    for name in parts[0].table.column_names:
        holders = [part for part in parts if name in part.table.column_names]
        columns = [part.table.column(name) for part in holders]
        if not all(_is_text(column.type) for column in columns):
            continue
        if (kind := _kind(columns)) is None:
            continue
        converted = _convert(kind, columns)
        if converted is None:
            continue
        for part, column, values in zip(holders, columns, converted, strict=True):
            at = parts.index(part)
            tables[at] = _placed(tables[at], name, column, values)
            if kind == "number":
                _report(part, name, column, values)
    return tables


def _is_text(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _kind(columns: Sequence[pyarrow.ChunkedArray]) -> str | None:
    """Return the first of `PATTERNS` that fits every field that is not empty; None where none does, or all are."""
    import pyarrow.compute as pc

    fitting, some = list(PATTERNS), False
    for chunk in (chunk for column in columns for chunk in column.chunks):
        empty = pc.equal(chunk, "")
        some = some or not pc.all(empty, min_count=0).as_py()
        fitting = [
            kind for kind in fitting
            if pc.all(pc.or_(empty, pc.match_substring_regex(chunk, PATTERNS[kind])), min_count=0).as_py()
        ]  # fmt: skip
        if not fitting:
            return None
    return fitting[0] if some else None


def _convert(kind: str, columns: Sequence[pyarrow.ChunkedArray]) -> list[pyarrow.ChunkedArray] | None:
    """Return values, null where nothing is; None where they turn out to be text after all."""
    import pyarrow
    import pyarrow.compute as pc

    filled = [pc.if_else(pc.equal(column, ""), None, column) for column in columns]
    if kind in ("True", "true"):
        return [pc.equal(column, kind) for column in filled]
    if kind in ("whole", "dotted"):
        try:
            return [pc.replace_substring(column, ".0", "").cast(pyarrow.int64()) if kind == "dotted" else
                    column.cast(pyarrow.int64()) for column in filled]  # fmt: skip
        except pyarrow.ArrowInvalid:  # beyond 2^63
            return None
    found = [_floats(column) for column in filled]
    odd = any(pc.any(pc.or_(pc.is_inf(each), pc.not_equal(each, pc.floor(each)))).as_py() for each in found)
    return found if odd else None


def _floats(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    import pyarrow
    import pyarrow.compute as pc

    known = pc.if_else(pc.is_in(column, pyarrow.array(NOTHING)), None, column)
    return pc.replace_substring_regex(known, r"^\+", "").cast(pyarrow.float64())


def _placed(
    table: pyarrow.Table, name: str, column: pyarrow.ChunkedArray, values: pyarrow.ChunkedArray
) -> pyarrow.Table:
    """Put values in the place of their column, which stays beside them where it says more."""
    table = table.set_column(table.column_names.index(name), name, values)
    if values.type == "bool" or _spells(values, column):
        return table
    return table.append_column(WRITTEN + name, column)


def _spells(values: pyarrow.ChunkedArray, column: pyarrow.ChunkedArray) -> bool:
    """Tell whether Python writes every value as its field is written."""
    pairs = zip(Stored(values), Stored(column), strict=True)
    return all((written or "") == ("" if value is None else str(value)) for value, written in pairs)


def _report(part: Part, name: str, column: pyarrow.ChunkedArray, values: pyarrow.ChunkedArray) -> None:
    """Note words for nothing with their counts, and the first infinity as a fault of the column."""
    import pyarrow
    import pyarrow.compute as pc

    words = column.filter(pc.is_in(column, pyarrow.array(NOTHING))).to_pylist()
    if words:
        part.reading.missing[name] = dict(Counter(words))
        said = ", ".join(f"{count:,} `{word}`" for word, count in Counter(words).items())
        part.reading.say(f"In column {name!r}, all other fields of which are numbers, {said} stand for nothing.")
    row = pc.index(pc.fill_null(pc.is_inf(values), False), True).as_py()
    if row >= 0:
        part.reading.faults.setdefault(name, InfiniteNumber(name, column[row].as_py(), part.where(row)))


class WholeAsWritten(int):
    """A whole number that says, as text, how it was written."""

    written = ""

    def __str__(self) -> str:
        return self.written


class NumberAsWritten(float):
    """A number that says, as text, how it was written."""

    written = ""

    def __str__(self) -> str:
        return self.written


def as_written(value: float | None, written: str) -> float | None:
    """Return a number that remembers how it was written; None stays."""
    if value is None:
        return None
    found = WholeAsWritten(value) if isinstance(value, int) else NumberAsWritten(value)
    found.written = written
    return found
