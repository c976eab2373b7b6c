"""Tables as files: Parquet, and CSV in which no text is run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def write_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], path: Path) -> list[Path]:
    """Write rows as `path` with `.parquet` and `.csv`; return both.

    columns: by name what they hold: text, number, whole, truth. A row that lacks one has nothing there.
    """
    files = [path.with_suffix(ending) for ending in (".parquet", ".csv")]
    write_parquet(rows, columns, files[0])
    write_csv(rows, list(columns), files[1])
    return files


def write_parquet(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], path: Path) -> None:
    """Write rows as a Parquet file whose columns have the types that `write_table` names."""
    import pyarrow
    from pyarrow import parquet

    types = {"text": pyarrow.string(), "number": pyarrow.float64(), "whole": pyarrow.int64(), "truth": pyarrow.bool_()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), path)


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], path: Path) -> None:
    """Write rows; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows([[_harmless(row.get(name)) for name in columns] for row in rows])


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
