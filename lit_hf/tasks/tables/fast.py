"""The usual delimited file, in order and in UTF-8, read by pyarrow: the same table as by Python's csv, in less time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lit_hf.tasks.tables.quotes import scan
from lit_hf.tasks.tables.rows import Rows, column_names, read_names
from lit_hf.tasks.tables.spool import Spool

if TYPE_CHECKING:
    import pyarrow

BLOCK = 1 << 20
"""Bytes that are read at a time; pyarrow reads some 30 of them ahead."""


def read_fast(rows: Rows, folder: Path | None) -> pyarrow.Table | None:
    """Return all fields as strings and fill in what `rows` counts; None where the file wants the careful reader."""
    import pyarrow

    plain = rows.path.suffix.lower() in (".csv", ".tsv") and rows.encoding in ("utf-8", "utf-8-sig")
    if rows.literal or not plain or not (seen := scan(rows.path, rows.separator)).in_order:
        return None
    names = read_names(rows)
    spool = Spool(pyarrow.schema([(name, pyarrow.string()) for name in column_names(names)]), folder)
    try:
        _fill(spool, rows, names)
        table = spool.close()
    except pyarrow.ArrowInvalid:  # ragged rows, and a field larger than a block: others know more of them
        return None
    finally:
        spool.drop()
    rows.names, rows.count = names, table.num_rows
    if seen.may_break(table.num_rows):
        _count_lines(rows, table)
    return table


def _fill(spool: Spool, rows: Rows, names: Sequence[str]) -> None:
    import pyarrow
    from pyarrow import csv

    reader = csv.open_csv(
        rows.path,
        read_options=csv.ReadOptions(block_size=BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=rows.separator, newlines_in_values=True),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.string())),
    )
    with reader:
        for batch in reader:
            spool.write_batch(batch.columns)


def _count_lines(rows: Rows, table: pyarrow.Table) -> None:
    """Count the fields that go over several lines, and find the line of the first."""
    import pyarrow.compute as pc

    first = table.num_rows
    for column in table.columns:
        several = pc.or_(pc.match_substring(column, "\n"), pc.match_substring(column, "\r"))
        if (count := pc.sum(several).as_py() or 0) > 0:
            rows.several_lines += count
            first = min(first, pc.index(several, True).as_py())
    rows.first_several = rows.line_of(first) if rows.several_lines else 0
