"""Delimited text to a table of strings; the types of columns are decided elsewhere, over all of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.tables.encoding import find_encoding
from lit_hf.tasks.tables.errors import OpenQuotes, RaggedRow, WrongEncoding
from lit_hf.tasks.tables.fast import read_fast
from lit_hf.tasks.tables.files import open_text
from lit_hf.tasks.tables.reading import Reading, TableOptions
from lit_hf.tasks.tables.rows import Rows, column_names, open_quotes
from lit_hf.tasks.tables.separator import find_separator
from lit_hf.tasks.tables.spool import Spool

if TYPE_CHECKING:
    import pyarrow

Found = TypeVar("Found")
MANY = 3
"""Lines that a field between two lone quotes swallows, at least, before they are believed to be lone."""


def read_delimited(paths: Sequence[Path], format: str, options: TableOptions) -> tuple[pyarrow.Table, Reading, Rows]:
    """Return all fields of the files as strings, how they were read, and the rows of the first file."""
    parts = [_read_one(path, format, options, lambda rows: _table(rows, options.folder)) for path in paths]
    tables = [parts[0][0], *(_aligned(path, table, parts[0][0]) for path, (table, _) in zip(paths, parts, strict=True))]
    rows = [each for _, each in parts]
    reading = Reading(tuple(path.name for path in paths), format, rows[0].encoding, rows[0].separator)
    reading.rows = sum(each.count for each in rows)
    for each in rows:
        each.report(reading)
    import pyarrow

    return (tables[0] if len(paths) == 1 else pyarrow.concat_tables(tables[1:])), reading, rows[0]


def _aligned(path: Path, table: pyarrow.Table, first: pyarrow.Table) -> pyarrow.Table:
    if set(table.column_names) != set(first.column_names):
        names = ", ".join(sorted(set(table.column_names) ^ set(first.column_names)))
        raise FileUnreadable(path, f"its columns are not those of the other files of the split: {names}")
    return table.select(first.column_names)


def find_rows(path: Path, format: str, options: TableOptions) -> Rows:
    """Return the rows of a file, gone through once: encoding, separator and the meaning of quotes are settled."""
    return _read_one(path, format, options, lambda rows: sum(len(piece) for piece in rows.pieces()))[1]


def _read_one(path: Path, format: str, options: TableOptions, read: Callable[[Rows], Found]) -> tuple[Found, Rows]:
    encoding = find_encoding(path, options.encoding)
    with _decoded(path, encoding):
        with open_text(path, encoding) as file:
            lines = list(islice(file, 100))
        if not any(line.strip() for line in lines):
            raise FileUnreadable(path, "it is empty")
        separator = find_separator(lines, format, options.separator)
        rows, literal = Rows(path, encoding, separator), Rows(path, encoding, separator, literal=True)
        if separator == "\t" and _is_literal(path, encoding):
            return read(literal), literal
        try:
            return read(rows), rows
        except csv.Error:
            raise OpenQuotes(path, *open_quotes(rows)) from None


def _is_literal(path: Path, encoding: str) -> bool:
    """Tell whether quotes in a file that is separated by tabs are characters as others are.

    So it is where one does not close before a separator or the end of a line, and where fields that go over many lines
    would swallow lines that are all rows by themselves. Fields of several lines that are meant leave lines with too few
    tabs, or are short.
    """
    quoted, literal = (Rows(path, encoding, "\t", literal=each) for each in (False, True))
    with suppress(csv.Error, RaggedRow):
        if _passes(quoted) and not quoted.several_lines:
            return False
        with suppress(RaggedRow):
            return (
                _passes(literal) and not literal.short and literal.count - quoted.count >= MANY * quoted.several_lines
            )
        return False
    return True


def _passes(rows: Rows) -> bool:
    return all(True for _ in rows.pieces())


def _table(rows: Rows, folder: Path | None) -> pyarrow.Table:
    import pyarrow

    if (found := read_fast(rows, folder)) is not None:
        return found
    pieces = rows.pieces()
    first = next(pieces)
    schema = pyarrow.schema([(name, pyarrow.string()) for name in column_names(rows.names)])
    spool = Spool(schema, folder)
    try:
        for piece in _chain(first, pieces):
            spool.write([list(column) for column in zip(*piece, strict=True)])
        return spool.close()
    finally:
        spool.drop()


def _chain(first: list[list[str]], rest: Iterator[list[list[str]]]) -> Iterator[list[list[str]]]:
    if first:
        yield first
    yield from (piece for piece in rest if piece)


@contextmanager
def _decoded(path: Path, encoding: str) -> Iterator[None]:
    """Say which encoding a file is not in."""
    try:
        yield
    except UnicodeError as error:
        raise WrongEncoding(path, encoding) from error
