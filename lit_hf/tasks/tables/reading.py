"""What was read of a table, and how: for the output, the record, and `lit-hf data show`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lit_hf.errors import LitError

NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""Separators as they are spoken of."""


@dataclass(frozen=True)
class TableOptions:
    """What the user says of a file; None: it is found. `folder`: where tables lie while they are read."""

    encoding: str | None = None
    separator: str | None = None
    folder: Path | None = None


@dataclass
class Reading:
    """How the files of one split were read.

    `faults` are errors that concern one column; they are raised when it is used, and not before. `missing` counts the
    words of a column that were taken for nothing.
    """

    files: tuple[str, ...]
    format: str
    encoding: str | None = None
    separator: str | None = None
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    faults: dict[str, LitError] = field(default_factory=dict)
    missing: dict[str, dict[str, int]] = field(default_factory=dict)

    def require(self, columns: Iterable[str]) -> None:
        """Raise the fault of the first of these columns that has one."""
        for column in columns:
            if column in self.faults:
                raise self.faults[column]

    def say(self, note: str) -> None:
        """Add a sentence that a reader of the result must be told, once."""
        if note not in self.notes:
            self.notes.append(note)

    @property
    def spoken(self) -> str:
        """Format, separator and encoding in a few words: `csv, separated by semicolons, cp1252`."""
        between = NAMES.get(self.separator or "", repr(self.separator))
        parts = [self.format, None if self.separator is None else f"separated by {between}", self.encoding]
        return ", ".join(part for part in parts if part)
