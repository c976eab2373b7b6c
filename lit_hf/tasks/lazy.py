"""Columns of more rows than memory holds as Python objects: a value is made when it is looked at, and not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np

if TYPE_CHECKING:
    import pyarrow

Value = TypeVar("Value")
ROWS = 2_000
"""Rows of a column that are Python objects at a time, while it is gone through."""
LOOKED_AT = 1 << 26
"""Bytes of a table that are looked at before their pages are let go."""


class Lazy(Sequence[Value], Generic[Value]):
    """A sequence that makes its items anew each time; a slice is one too. Two are equal where all their items are."""

    def _at(self, row: int) -> Value:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | Sequence[Value]:
        if isinstance(index, slice):
            return Chosen(self, np.arange(len(self))[index])
        return self._at(range(len(self))[index])

    def __iter__(self) -> Iterator[Value]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(map(lambda a, b: bool(a == b), self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3])) + (", ..." if len(self) > 3 else "")
        return f"{type(self).__name__}([{shown}], {len(self):,} rows)"


class Stored(Lazy[Any]):
    """A column of an Arrow table, as Python values."""

    def __init__(self, column: pyarrow.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def _at(self, row: int) -> Any:
        return self._column[row].as_py()

    def __iter__(self) -> Iterator[Any]:
        from lit_hf.tasks.tables.spool import let_go

        seen = 0
        for chunk in self._column.chunks:
            for start in range(0, len(chunk), ROWS):
                part = chunk.slice(start, ROWS)
                yield from part.to_pylist()
                seen += part.nbytes
                if seen > LOOKED_AT:
                    let_go()
                    seen = 0


class Made(Lazy[Value]):
    """What `make` gives for the values of a row in each of some columns of one length."""

    def __init__(self, make: Callable[..., Value], *columns: Sequence[Any]) -> None:
        self._make, self._columns = make, columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def _at(self, row: int) -> Value:
        return self._make(*(column[row] for column in self._columns))

    def __iter__(self) -> Iterator[Value]:
        return map(self._make, *self._columns)


class Chosen(Lazy[Value]):
    """Some rows of a column: `rows`, whole numbers [n]; `rising`: they are known to be in the column's order."""

    def __init__(self, column: Sequence[Value], rows: np.ndarray, rising: bool = False) -> None:
        self._column, self._rows, self._rising = column, rows, rising

    def __len__(self) -> int:
        return len(self._rows)

    def _at(self, row: int) -> Value:
        return self._column[int(self._rows[row])]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Chosen(self._column, self._rows[index], self._rising and (index.step or 1) > 0)
        return self._at(range(len(self))[index])

    def __iter__(self) -> Iterator[Value]:
        if not self._rising:
            yield from map(self._at, range(len(self)))
            return
        wanted = np.zeros(len(self._column), dtype=bool)
        wanted[self._rows] = True
        yield from compress(self._column, wanted)


def chosen(column: Sequence[Value], rows: np.ndarray) -> Sequence[Value]:
    """Return the rows of a column whose numbers rise; the column itself where these are all."""
    return column if len(rows) == len(column) else Chosen(column, rows, rising=True)
