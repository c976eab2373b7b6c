"""Files of one or several splits to datasets, whatever their format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.tables.files import FORMATS, format_of
from lit_hf.tasks.tables.reading import Reading, TableOptions
from lit_hf.tasks.tables.spool import as_dataset

if TYPE_CHECKING:
    import datasets

    from lit_hf.tasks.tables.rows import Rows


def read_table(
    paths: Path | Sequence[Path], options: TableOptions | None = None
) -> tuple[datasets.Dataset, Reading]:  # fmt: skip
    """Return the rows of a file, or of several with the same columns, as a dataset, and how they were read.

    Raises `FileUnreadable`, what `lit_hf.tasks.tables.errors` names, and `BadSetting` for options that cannot be.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    return read_splits({"train": files}, options)["train"]


def read_splits(
    splits: Mapping[str, Sequence[Path]], options: TableOptions | None = None, format: str | None = None
) -> dict[str, tuple[datasets.Dataset, Reading]]:
    """Return each split's dataset and how it was read; a column of text formats has one type in all of them.

    format: csv, tsv, json, parquet or arrow, in place of what the names of the files say.
    """
    options = options or TableOptions()
    found = format or _format([path for paths in splits.values() for path in paths])
    if found in ("parquet", "arrow"):
        return _columnar(splits, found, options)
    if found == "json":
        from lit_hf.tasks.tables.jsons import read_json

        tables = read_json(list(splits.values()), options)
        return {name: (as_dataset(table), each) for name, (table, each) in zip(splits, tables, strict=True)}
    return _delimited(splits, found, options)


def _columnar(
    splits: Mapping[str, Sequence[Path]], format: str, options: TableOptions
) -> dict[str, tuple[datasets.Dataset, Reading]]:
    from lit_hf.tasks.tables.columnar import features_of, read_columnar
    from lit_hf.tasks.tables.types import Part, row_number, typed

    read = [read_columnar(paths, format, options) for paths in splits.values()]
    tables = typed([Part(table, reading, row_number) for table, _, reading in read])
    return {
        name: (as_dataset(table, features_of(table, features)), reading)
        for name, table, (_, features, reading) in zip(splits, tables, read, strict=True)
    }


def _delimited(
    splits: Mapping[str, Sequence[Path]], format: str, options: TableOptions
) -> dict[str, tuple[datasets.Dataset, Reading]]:
    from lit_hf.tasks.tables.delimited import read_delimited
    from lit_hf.tasks.tables.types import Part, typed

    parts = []
    for paths in splits.values():
        table, reading, rows = read_delimited(paths, format, options)
        parts.append(Part(table, reading, partial(_line, rows)))
    tables = typed(parts)
    return {name: (as_dataset(table), part.reading) for name, table, part in zip(splits, tables, parts, strict=True)}


def _line(rows: Rows, row: int) -> str:
    return f"line {rows.line_of(row)}"


def _format(paths: Sequence[Path]) -> str:
    """Return the one format of these files."""
    formats = {path: format_of(path) for path in paths}
    for path, found in formats.items():
        if found is None:
            raise FileUnreadable(path, f"its name ends in none of {', '.join(FORMATS)} (text also with .gz, .bz2, .xz)")
        if found != formats[paths[0]]:
            raise FileUnreadable(path, f"it is {found}, and {paths[0].name} is {formats[paths[0]]}")
    return str(formats[paths[0]])
