"""One JSON value to rows: a list of objects, or one of the shapes that pandas' `DataFrame.to_json` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lit_hf.tasks.tables.errors import OddShape

Row = Mapping[str, Any]


def rows_of(value: Any, path: Path) -> Sequence[Row]:
    """Return the rows of a whole JSON file; raise `OddShape` where its shape is none that is known."""
    if isinstance(value, list):
        return _objects(value, path)
    if not isinstance(value, dict) or not value:
        raise OddShape(path, "no rows" if value in ({}, None) else f"one {type(value).__name__}")
    if {"columns", "data"} <= set(value) <= {"columns", "data", "index"}:
        return [dict(zip(map(str, value["columns"]), row, strict=False)) for row in value["data"]]
    if set(value) == {"schema", "data"}:
        return _objects(value["data"], path)
    parts = list(value.values())
    if len(parts) == 1 and _are(dict, parts[0]):
        return _objects(parts[0], path)
    if all(isinstance(part, dict) for part in parts):
        return _by_key(value)
    if all(isinstance(part, list) for part in parts) and len(set(map(len, parts))) == 1 and not _are(dict, parts[0]):
        return [dict(zip(value, row, strict=True)) for row in zip(*parts, strict=True)]
    if all(isinstance(part, list) for part in parts):
        raise OddShape(path, f"several lists ({', '.join(map(str, list(value)[:4]))})")
    return [value]


def _are(kind: type, value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, kind) for each in value)


def _objects(value: Any, path: Path) -> Sequence[Row]:
    if value and not _are(dict, value):
        kinds = ", ".join(sorted({_spoken(each) for each in value})) if isinstance(value, list) else _spoken(value)
        raise OddShape(path, f"a list of {kinds}")
    return list(value)


def _spoken(value: Any) -> str:
    names = ((list, "lists"), (dict, "objects"), (str, "texts"))
    return next((name for kind, name in names if isinstance(value, kind)), "single values")


def _by_key(value: Mapping[str, Mapping[str, Any]]) -> Sequence[Row]:
    """Return the rows of `{column: {row: value}}`, as pandas writes it, or of `{row: {column: value}}`.

    The keys of rows are numbers, where only one side's are; else the outer keys are the columns.
    """
    outer, inner = list(value), list(dict.fromkeys(key for part in value.values() for key in part))
    if all(key.isdigit() for key in outer) and not all(key.isdigit() for key in inner):
        return list(value.values())
    return [{name: part.get(row) for name, part in value.items()} for row in inner]
