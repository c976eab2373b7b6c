"""A delimited file as a stream of strings, for more rows than memory or disk hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lit_hf.tasks.tables.delimited import find_rows
from lit_hf.tasks.tables.reading import Reading, TableOptions
from lit_hf.tasks.tables.rows import Rows, column_names

if TYPE_CHECKING:
    import datasets


def stream_table(path: Path, format: str, options: TableOptions) -> tuple[datasets.IterableDataset, Reading]:
    """Return the rows of a csv or tsv file in their order, all fields as text: a type would need the whole column.

    The file is read through once before, for its encoding and its quotes; nothing of it is kept.
    """
    from datasets import Features, IterableDataset, Value

    rows = find_rows(path, format, options)
    names = column_names(rows.names)
    reading = Reading((path.name,), format, rows.encoding, rows.separator)
    rows.report(reading)
    features = Features({name: Value("string") for name in names})
    kwargs = {"path": path, "encoding": rows.encoding, "separator": rows.separator, "literal": rows.literal}
    return IterableDataset.from_generator(_rows, features=features, gen_kwargs=kwargs), reading


def _rows(path: Path, encoding: str, separator: str, literal: bool) -> Iterator[dict[str, str]]:
    rows = Rows(path, encoding, separator, literal)
    for piece in rows.pieces():
        names = column_names(rows.names)
        yield from (dict(zip(names, row, strict=True)) for row in piece)
