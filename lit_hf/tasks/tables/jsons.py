"""JSON to a table: an object a line, a list of objects, or what pandas writes; types are decided over whole columns."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.tables.encoding import find_encoding
from lit_hf.tasks.tables.errors import InfiniteNumber, OddShape, RepeatedKey, WrongEncoding
from lit_hf.tasks.tables.files import open_text
from lit_hf.tasks.tables.reading import Reading, TableOptions
from lit_hf.tasks.tables.shapes import rows_of
from lit_hf.tasks.tables.spool import PIECE, Spool
from lit_hf.tasks.tables.types import Part, row_number, typed

if TYPE_CHECKING:
    import pyarrow

Row = Mapping[str, Any]
Each = Callable[[], Iterator[tuple[int, Row]]]
"""The rows of a file from its beginning: (line, or number of the row, and the row)."""
MOST = 2**63
SCALARS = {"null", "truth", "integer", "number", "text"}


class Kinds:
    """What the values of one column are, over all files; `items`: what those of its lists are."""

    def __init__(self) -> None:
        self.own: set[str] = set()
        self.items: set[str] = set()

    def see(self, value: Any) -> None:
        """Count a value in."""
        kind = kind_of(value)
        self.own.add(kind)
        if kind == "list":
            self.items.update(map(kind_of, value))

    @property
    def is_odd(self) -> bool:
        """True where no simple type holds the column."""
        own = self.own - {"null"}
        return "object" in own or ("list" in own and (own != {"list"} or not self.items <= SCALARS))


class _Twice(ValueError):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> Row:
    """Return an object; of a key that stands twice JSON does not say which value counts."""
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return row


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def kind_of(value: Any) -> str:
    """Return what a value of JSON is; NaN is nothing, an integer that 64 bits do not hold is text."""
    if value is None or value != value:
        return "null"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "integer" if -MOST <= value < MOST else "text"
    if isinstance(value, float):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "object"


def read_json(splits: Sequence[Sequence[Path]], options: TableOptions) -> list[tuple[pyarrow.Table, Reading]]:
    """Return the table of each split and how it was read; a column has one type in all of them."""
    opened = [[_open(path, options) for path in paths] for paths in splits]
    kinds: dict[str, Kinds] = defaultdict(Kinds)
    for _, each in (one for files in opened for one in files):
        for _, row in each():
            for name, value in row.items():
                kinds[name].see(value)
    read = [_read(paths, files, kinds, options) for paths, files in zip(splits, opened, strict=True)]
    tables = typed([Part(table, reading, row_number) for table, reading in read])
    for table, (_, reading) in zip(tables, read, strict=True):
        _say_mixed(table, reading, kinds)
    return [(table, reading) for table, (_, reading) in zip(tables, read, strict=True)]


def _read(
    paths: Sequence[Path], files: Sequence[tuple[str, Each]], kinds: Mapping[str, Kinds], options: TableOptions
) -> tuple[pyarrow.Table, Reading]:
    import pyarrow

    reading = Reading(tuple(path.name for path in paths), "json", files[0][0])
    spool = Spool(pyarrow.schema([(name, _type(each)) for name, each in kinds.items()]), options.folder)
    make = {name: _maker(each) for name, each in kinds.items()}
    try:
        for piece in _pieces(files):
            reading.rows += len(piece)
            for name, each in kinds.items():
                if "number" in each.own:
                    _require_finite(name, piece, reading)
            spool.write([[make[name](row.get(name)) for _, row in piece] for name in kinds])
        table = spool.close()
    except UnicodeEncodeError as error:
        raise FileUnreadable(paths[0], f"it holds half a character: {error.reason}") from error
    finally:
        spool.drop()
    return table, reading


def _say_mixed(table: pyarrow.Table, reading: Reading, kinds: Mapping[str, Kinds]) -> None:
    """Say which columns hold values of several types, and are text therefore."""
    import pyarrow

    for name, each in kinds.items():
        if len(each.own - {"null"}) > 1 and not each.is_odd and pyarrow.types.is_string(table.column(name).type):
            said = " and ".join(sorted(each.own - {"null"}))
            reading.say(f"Column {name!r} holds {said}: all are read as text.")


def _require_finite(name: str, piece: Sequence[tuple[int, Row]], reading: Reading) -> None:
    for place, row in piece:
        if isinstance(value := row.get(name), float) and value in (float("inf"), float("-inf")):
            reading.faults.setdefault(name, InfiniteNumber(name, str(value), f"row {place}"))


def _pieces(files: Iterable[tuple[str, Each]]) -> Iterator[list[tuple[int, Row]]]:
    for _, each in files:
        piece: list[tuple[int, Row]] = []
        weight = 0
        for place, row in each():
            piece.append((place, row))
            weight += 100 + sum(len(value) for value in row.values() if isinstance(value, str | list))
            if weight > PIECE:
                yield piece
                piece, weight = [], 0
        if piece:
            yield piece


def _type(kinds: Kinds) -> pyarrow.DataType:
    import pyarrow

    if kinds.is_odd:
        return pyarrow.struct([("json", pyarrow.string())])
    if "list" in kinds.own:
        return pyarrow.list_(_scalar(kinds.items))
    return _scalar(kinds.own)


def _scalar(kinds: set[str]) -> pyarrow.DataType:
    import pyarrow

    found = kinds - {"null"}
    if found == {"truth"}:
        return pyarrow.bool_()
    if found == {"integer"}:
        return pyarrow.int64()
    return pyarrow.float64() if found and found <= {"integer", "number"} else pyarrow.string()


def _maker(kinds: Kinds) -> Callable[[Any], Any]:
    """Return what makes a value of the column's type."""
    if kinds.is_odd:
        return lambda value: None if value is None else {"json": json.dumps(value, ensure_ascii=False)}
    one = _scalar_maker(kinds.items if "list" in kinds.own else kinds.own)
    return (lambda value: None if value is None else [one(each) for each in value]) if "list" in kinds.own else one


def _scalar_maker(kinds: set[str]) -> Callable[[Any], Any]:
    found = kinds - {"null"}
    if len(found) > 1 and found != {"integer", "number"}:
        return lambda value: None if kind_of(value) == "null" else str(value)
    if found == {"text"}:  # an integer beyond 64 bits is text too
        return lambda value: None if value is None or value != value else str(value)
    return lambda value: None if value is None or value != value else value


def _open(path: Path, options: TableOptions) -> tuple[str, Each]:
    """Return the encoding of a file and its rows, which are read again each time they are asked for."""
    encoding = find_encoding(path, options.encoding)
    try:
        with open_text(path, encoding) as file:
            first = next((line for line in file if line.strip()), "")
            rest = next((line for line in file if line.strip()), "")
        if not first:
            raise FileUnreadable(path, "it is empty")
        if _is_object(first) and rest:
            return encoding, lambda: _lines(path, encoding)
        with open_text(path, encoding) as file:
            rows = list(enumerate(rows_of(_DECODER.decode(file.read()), path), 1))
        return encoding, lambda: iter(rows)
    except UnicodeError as error:
        raise WrongEncoding(path, encoding) from error
    except _Twice as error:
        raise RepeatedKey(path, str(error)) from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise _no_json(path, error) from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, Row]]:
    with open_text(path, encoding) as file:
        number = 0
        try:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                row = _DECODER.decode(line)
                if not isinstance(row, dict):
                    raise OddShape(path, f"{json.dumps(row)[:40]} in line {number}")
                yield number, row
        except UnicodeError as error:
            raise WrongEncoding(path, encoding) from error
        except _Twice as error:
            raise RepeatedKey(path, str(error), number) from None
        except (json.JSONDecodeError, RecursionError) as error:
            raise _no_json(path, error, number) from error


def _no_json(path: Path, error: json.JSONDecodeError | RecursionError, line: int | None = None) -> FileUnreadable:
    if isinstance(error, RecursionError):
        return FileUnreadable(path, "its JSON is nested too deeply")
    return FileUnreadable(path, f"line {line or error.lineno} is no JSON: {error.msg}")
