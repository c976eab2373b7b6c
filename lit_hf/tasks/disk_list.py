"""Inputs of a stream in a file without a name: written once as they arrive, read where they are needed."""

from __future__ import annotations

import json
import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from lit_hf.runtime.inputs import Text


class DiskList(Sequence[Text]):
    """Texts or pairs on disk; in memory are eight bytes of each. The file vanishes with the process, however it ends.

    A slice is a view that reads when it is read.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder, prefix="stream-")  # noqa: SIM115, it lives as long as we do
        self._ends = array("q", [0])

    def append(self, value: Text) -> None:
        """Write one more input; reading begins after the last one is written and `close` is called."""
        data = json.dumps(value).encode()
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def close(self) -> None:
        """Make all that was written readable."""
        self._file.flush()

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> Text: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Text]: ...
    def __getitem__(self, index: int | slice) -> Text | Sequence[Text]:
        if isinstance(index, slice):
            return _View(self, range(len(self))[index])
        at = range(len(self))[index]
        start, stop = self._ends[at], self._ends[at + 1]
        value = json.loads(os.pread(self._file.fileno(), stop - start, start))
        return value if isinstance(value, str) else (value[0], value[1])


class _View(Sequence[Text]):
    """Some inputs of a spool."""

    def __init__(self, spool: DiskList, where: range) -> None:
        self._spool, self._where = spool, where

    def __len__(self) -> int:
        return len(self._where)

    @overload
    def __getitem__(self, index: int) -> Text: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Text]: ...
    def __getitem__(self, index: int | slice) -> Text | Sequence[Text]:
        if isinstance(index, slice):
            return _View(self._spool, self._where[index])
        return self._spool[self._where[index]]

    def __iter__(self) -> Iterator[Text]:
        return (self._spool[at] for at in self._where)
