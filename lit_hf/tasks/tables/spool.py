"""A table on its way: written to disk in pieces, then mapped into memory; the file vanishes with the process."""

from __future__ import annotations

import mmap
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from lit_hf.runtime.cache import cache_root

if TYPE_CHECKING:
    import datasets
    import pyarrow

PIECE = 8 << 20
"""Characters after which a piece is written."""
_MAPPED: WeakSet[mmap.mmap] = WeakSet()
"""The tables that are mapped now."""


class Spool:
    """Pieces of one table in an Arrow file without a name; in memory is one piece at a time."""

    def __init__(self, schema: pyarrow.Schema, folder: Path | None) -> None:
        import pyarrow

        place = folder or cache_root() / "tables"
        place.mkdir(parents=True, exist_ok=True)
        handle, self._path = tempfile.mkstemp(dir=place, prefix="table-")
        self.schema, self._file = schema, os.fdopen(handle, "wb")
        self._writer = pyarrow.ipc.new_stream(self._file, schema)

    def write(self, columns: list[Any]) -> None:
        """Write a piece: one Python list for each column."""
        import pyarrow

        arrays = [pyarrow.array(each, field.type) for each, field in zip(columns, self.schema, strict=True)]
        self._writer.write_batch(pyarrow.record_batch(arrays, schema=self.schema))

    def write_batch(self, arrays: list[pyarrow.Array]) -> None:
        """Write a piece that has the types of the schema already."""
        import pyarrow

        self._writer.write_batch(pyarrow.record_batch(arrays, schema=self.schema))

    def write_table(self, table: pyarrow.Table) -> None:
        """Write a piece that is a table already."""
        self._writer.write_table(table)

    def close(self) -> pyarrow.Table:
        """Return the whole table: its pages are read when they are looked at, and are no private memory."""
        import pyarrow

        self._writer.close()
        self._file.close()
        with open(self._path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        _MAPPED.add(mapped)
        table = pyarrow.ipc.open_stream(pyarrow.BufferReader(pyarrow.py_buffer(mapped))).read_all()
        self.drop()
        return table

    def drop(self) -> None:
        """Take the file's name away; what is mapped stays."""
        self._file.close()
        with suppress(OSError):
            os.unlink(self._path)


def let_go() -> None:
    """Give back the pages of mapped tables that were looked at: they are read again where they are looked at again."""
    for each in list(_MAPPED):
        if hasattr(each, "madvise") and not each.closed:
            each.madvise(mmap.MADV_DONTNEED)


def as_dataset(table: pyarrow.Table, features: Any = None) -> datasets.Dataset:
    """Return a dataset over a table without hashing or copying it."""
    from datasets import Dataset, DatasetInfo
    from datasets.table import InMemoryTable

    info = DatasetInfo(features=features) if features is not None else None
    return Dataset(InMemoryTable(table), info=info, fingerprint=secrets.token_hex(8))
