"""Parquet and Arrow files to a table: the types are the files' own, and so are class names, images and sounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.tables.errors import InfiniteNumber
from lit_hf.tasks.tables.reading import Reading, TableOptions
from lit_hf.tasks.tables.spool import Spool

if TYPE_CHECKING:
    import pyarrow


def read_columnar(paths: Sequence[Path], format: str, options: TableOptions) -> tuple[pyarrow.Table, Any, Reading]:
    """Return the table of one split, the features that its file declares, and how it was read."""
    import pyarrow
    from datasets import Features
    from datasets.table import table_cast

    reading = Reading(tuple(path.name for path in paths), format)
    path = paths[0]
    try:
        features = Features.from_arrow_schema(_open(path, format)[0])
        spool = Spool(features.arrow_schema, options.folder)
        try:
            for path in paths:
                for batch in _open(path, format)[1]:
                    spool.write_table(table_cast(pyarrow.Table.from_batches([batch]), features.arrow_schema))
            table = spool.close()
        finally:
            spool.drop()
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        lines = str(error).strip().splitlines()
        raise FileUnreadable(path, lines[0].rstrip(".") if lines else type(error).__name__) from error
    reading.rows = table.num_rows
    _note_infinities(table, reading)
    return _mended(table, reading), features, reading


def features_of(table: pyarrow.Table, features: Any) -> Any:
    """Return the features with the types that columns have now, and with columns that are new."""
    from datasets import Features

    before, now = features.arrow_schema, table.schema
    same = {name for name in features if before.field(name).type == now.field(name).type}
    plain = Features.from_arrow_schema(now.remove_metadata())
    return Features({name: features[name] if name in same else plain[name] for name in table.column_names})


def _open(path: Path, format: str) -> tuple[pyarrow.Schema, Iterator[pyarrow.RecordBatch]]:
    import pyarrow

    if format == "parquet":
        from pyarrow.parquet import ParquetFile

        parquet = ParquetFile(path)
        return parquet.schema_arrow, parquet.iter_batches(batch_size=10_000)
    source = pyarrow.memory_map(str(path))
    try:
        stream = pyarrow.ipc.open_stream(source)
        return stream.schema, iter(stream)
    except pyarrow.ArrowInvalid:
        file = pyarrow.ipc.open_file(source)
        return file.schema, (file.get_batch(place) for place in range(file.num_record_batches))


def _mended(table: pyarrow.Table, reading: Reading) -> pyarrow.Table:
    """Return bytes that are text as text, and decimals as numbers; other columns as they are."""
    import pyarrow
    from pyarrow import types

    for place, name in enumerate(table.column_names):
        column = table.column(place)
        with suppress(pyarrow.ArrowInvalid):  # bytes that are no text stay bytes
            if types.is_binary(column.type) or types.is_large_binary(column.type):
                table = table.set_column(place, name, column.cast(pyarrow.large_string()))
                reading.say(f"Column {name!r} holds bytes: they are read as UTF-8.")
            elif types.is_decimal(column.type):
                table = table.set_column(place, name, _numbers(column))
    return table


def _numbers(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Return decimals as whole numbers where all are whole, for floats do not tell those beyond 2^53 apart."""
    import pyarrow

    try:
        return column.cast(pyarrow.int64())
    except pyarrow.ArrowInvalid:  # some are not whole, or are beyond 2^63
        return column.cast(pyarrow.float64())


def _note_infinities(table: pyarrow.Table, reading: Reading) -> None:
    import pyarrow
    import pyarrow.compute as pc

    for name in table.column_names:
        column = table.column(name)
        if pyarrow.types.is_floating(column.type):
            row = pc.index(pc.fill_null(pc.is_inf(column), False), True).as_py()
            if row >= 0:
                where = f"row {row + 1}"
                reading.faults[name] = InfiniteNumber(name, str(column[row].as_py()), where)
