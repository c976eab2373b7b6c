"""What a table can have that no reading mends: each names the line, and the cure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lit_hf.errors import LitError


class RaggedRow(LitError):
    """A row has more fields than there are names, or none for a column that is needed."""

    def __init__(self, path: Path, line: int, found: int, names: Sequence[str], separator: str) -> None:
        between = "tab" if separator == "\t" else f"`{separator}`"
        super().__init__(
            f"line {line} of {path.name} has {found} field{'' if found == 1 else 's'}, and its first line names "
            f"{len(names)}.",
            f"A field that holds a {between} must stand in quotes; another separator is named by `--separator`.",
        )
        self.path, self.line, self.found = str(path), line, found


class OpenQuotes(LitError):
    """Quotes open a field, and do not close it before a separator or the end of a line."""

    def __init__(self, path: Path, lines: Sequence[int], count: int) -> None:
        shown = ", ".join(str(line) for line in lines[:3])
        super().__init__(
            f"{path.name} has {count:,} line{'' if count == 1 else 's'} in which a quote that opens a field does not "
            f"close it, first line{'' if len(lines[:3]) == 1 else 's'} {shown}.",
            'Write a quote inside a field as `""`, and the field in quotes; a file separated by tabs needs no quotes.',
        )
        self.path, self.lines, self.count = str(path), tuple(lines[:3]), count


class InfiniteNumber(LitError):
    """A column of numbers holds infinity, which no code of numbers can carry."""

    def __init__(self, column: str, value: str, where: str) -> None:
        super().__init__(
            f"column {column!r} holds {value} ({where}), which is no finite number.",
            "Leave the field empty, or the row out.",
        )
        self.column, self.value, self.where = column, value, where


class RepeatedColumn(LitError):
    """Two columns have one name."""

    def __init__(self, column: str, path: Path) -> None:
        super().__init__(f"{path.name} has several columns called {column!r}.", "Rename all but one of them.")
        self.column, self.path = column, str(path)


class RepeatedKey(LitError):
    """An object of a JSON file has one key twice."""

    def __init__(self, path: Path, key: str, line: int | None = None) -> None:
        where = f"an object of {path.name}" if line is None else f"line {line} of {path.name}"
        super().__init__(f"{where} has the key {key!r} twice.", "Leave one of the two out, or rename it.")
        self.path, self.key, self.line = str(path), key, line


class WrongEncoding(LitError):
    """The bytes of a file are not text in the encoding that was found or given."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        tried = "UTF-8, and no other encoding was found" if encoding is None else encoding
        super().__init__(f"{path.name} is no text in {tried}.", "Name its encoding, for example `--encoding cp1252`.")
        self.path, self.encoding = str(path), encoding


class OddShape(LitError):
    """A JSON file is no list of rows in a shape that is known."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path.name} holds {found}, and not one object for each row.",
            'Write one object a line: `{"text": "...", "label": "..."}`; with pandas, '
            '`to_json(FILE, orient="records", lines=True)`.',
        )
        self.path, self.found = str(path), found
