"""The rows of one delimited file as they pass: Python's csv module, strict, as RFC 4180 has it; nothing is decided."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lit_hf.tasks.tables.errors import RaggedRow, RepeatedColumn
from lit_hf.tasks.tables.files import open_text
from lit_hf.tasks.tables.reading import Reading
from lit_hf.tasks.tables.spool import PIECE


@dataclass
class Rows:
    """The rows of one file as they pass: what is odd about them, and where."""

    path: Path
    encoding: str
    separator: str
    literal: bool = False
    names: list[str] = field(default_factory=list)
    count: int = 0
    several_lines: int = 0
    first_several: int = 0
    short: dict[int, int] = field(default_factory=dict)
    """Column to the first line that does not reach it."""

    def line_of(self, row: int) -> int:
        """Return the line of the file in which a row, counted from 0, begins; the file is read again up to there."""
        with open_text(self.path, self.encoding) as file, _long_fields():
            reader = _reader(file, self.separator, self.literal)
            next(each for each in reader if each)
            line = reader.line_num
            for each in reader:
                if not _is_blank(each):
                    if row == 0:
                        return line + 1
                    row -= 1
                line = reader.line_num
        return line

    def pieces(self) -> Iterator[list[list[str]]]:
        """Yield lists of rows, each as long as the names; raise `RaggedRow`, and `csv.Error` for open quotes."""
        with open_text(self.path, self.encoding) as file, _long_fields():
            measure = _Measured(file)
            reader = _reader(measure, self.separator, self.literal)
            self.names = next((row for row in reader if row), [])
            piece: list[list[str]] = []
            line, width = reader.line_num, len(self.names)
            for row in reader:
                begins, line = line + 1, reader.line_num
                if len(row) != width and (row := self._mended(row, begins)) is None:
                    continue
                if line != begins:
                    self._note_lines(row, begins)
                self.count += 1
                piece.append(row)
                if measure.read > PIECE:
                    yield piece
                    piece, measure.read = [], 0
            yield piece

    def _mended(self, row: list[str], line: int) -> list[str] | None:
        """Return a short row filled with nothing, None for a blank line; raise `RaggedRow` for a long row."""
        if _is_blank(row):
            return None
        if len(row) > len(self.names):
            raise RaggedRow(self.path, line, len(row), self.names, self.separator)
        for column in range(len(row), len(self.names)):
            self.short.setdefault(column, line)
        return row + [""] * (len(self.names) - len(row))

    def _note_lines(self, row: Sequence[str], line: int) -> None:
        found = sum("\n" in value or "\r" in value for value in row)
        self.first_several = self.first_several or (line if found else 0)
        self.several_lines += found

    def report(self, reading: Reading) -> None:
        """Say what is odd about the rows, and note the columns that rows are too short for."""
        names = column_names(self.names)
        for column, line in self.short.items():
            fault = RaggedRow(self.path, line, column, self.names, self.separator)
            reading.faults.setdefault(names[column], fault)
        for name in {name for name in self.names if self.names.count(name) > 1}:
            reading.faults.setdefault(name, RepeatedColumn(name, self.path))
        if self.short:
            first = min(self.short.values())
            reading.say(f"Rows of {self.path.name} that are too short, from line {first} on, end in empty fields.")
        if self.literal:
            reading.say(
                f"Quotes in {self.path.name} do not close: they are read as they stand, as any other character."
            )
        if self.several_lines:
            many = "field goes" if self.several_lines == 1 else "fields go"
            reading.say(
                f"{self.several_lines:,} {many} over several lines in {self.path.name}, the first at line "
                f"{self.first_several}."
            )


class _Measured:
    """Lines of a file; `read` counts their characters."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file, self.read = file, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.read += len(line)
            yield line


def read_names(rows: Rows) -> list[str]:
    """Return the fields of the first line that is not blank."""
    with open_text(rows.path, rows.encoding) as file, _long_fields():
        return next((row for row in _reader(file, rows.separator, rows.literal) if row), [])


def _is_blank(row: Sequence[str]) -> bool:
    return not row or (len(row) == 1 and not row[0].strip())


def column_names(names: Sequence[str]) -> list[str]:
    """Return names that differ: nothing is `Unnamed: 0` by its place, and a name that comes again gets a number."""
    found: list[str] = []
    for place, name in enumerate(names):
        own = name or f"Unnamed: {place}"
        number = sum(each == own for each in names[:place])
        found.append(f"{own}.{number}" if number else own)
    return found


def open_quotes(rows: Rows) -> tuple[list[int], int]:
    """Return the first three lines that by themselves leave a quote open, and how many do."""
    found: list[int] = []
    count = 0
    with open_text(rows.path, rows.encoding) as file, _long_fields():
        for number, line in enumerate(file, 1):
            if '"' in line and _is_open(line, rows.separator):
                count += 1
                found += [number] if count <= 3 else []
    return found, count


def _is_open(line: str, separator: str) -> bool:
    try:
        list(_reader([line], separator, False))
    except csv.Error:
        return True
    return False


def _reader(lines: Iterable[str], separator: str, literal: bool) -> Any:
    if literal:
        return csv.reader(lines, delimiter=separator, strict=True, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=separator, strict=True)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Lift the limit on the length of a field, which the csv module keeps for the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
