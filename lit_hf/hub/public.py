"""A record as it leaves this machine: folders of this machine are cut from its names, and nothing else changes."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, cast

from lit_hf.config import PRECOMPUTED
from lit_hf.records.record import Record
from lit_hf.records.sections import Sections


def public(record: Record) -> Record:
    """Return the record without whole paths: of a local file or folder the last part stands, of the cache nothing."""
    return Record(public_data(record.data), record.arrays)


def public_data(data: Sections) -> Sections:
    """Return the JSON object of `public`."""
    named: dict[str, Any] = {part: {**data[part], "id": _name(data[part]["id"])} for part in ("model", "dataset")}  # type: ignore[literal-required]
    asked = {how: _settings(values) for how, values in data["settings"].items()}
    return cast(Sections, {**data, **named, "settings": asked})


def _settings(values: Any) -> dict[str, Any]:
    found = {name: _name(value) if name in ("model", "dataset") else value for name, value in values.items()}
    if found.get("trained_on"):
        found["trained_on"] = [_name(each) for each in found["trained_on"]]
    if "cache_dir" in found:
        found["cache_dir"] = None
    return found


def _name(name: str) -> str:
    """Return the last part of a whole path; every other name as it is."""
    before = PRECOMPUTED if name.startswith(PRECOMPUTED) else ""
    path = PurePath(name.removeprefix(before))
    return f"{before}{path.name}" if path.is_absolute() or path.parts[:1] == ("~",) else name
