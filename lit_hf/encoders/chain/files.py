"""Small files of a checkpoint: JSON whose fields have the type that is expected, in folders that lie inside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from lit_hf.config import outside
from lit_hf.errors import UnsupportedModel

LIBRARY = "Try `--loader sentence-transformers`: where it is installed, that library reads its own checkpoints."


def not_read(name: str, reason: str) -> UnsupportedModel:
    """Return the error of what lit-hf does not read itself and the library might."""
    return UnsupportedModel(name, reason, LIBRARY)


def read_json(path: Path, name: str) -> Any:
    """Return what a file holds, None when there is none; raise `UnsupportedModel` when it is not JSON."""
    if not path.is_file():
        return None
    try:
        return outside.read_json(path)
    except ValueError as error:
        raise UnsupportedModel(name, f"{path.name} is not JSON") from error


def read_mapping(path: Path, name: str) -> dict[str, Any]:
    """Return the mapping in a file, empty when there is no file; raise `UnsupportedModel` for anything else."""
    found = read_json(path, name)
    if found is not None and not isinstance(found, dict):
        raise UnsupportedModel(name, f"{path.name} holds no mapping")
    return found or {}


def field(config: Mapping[str, Any], key: str, kind: type, default: Any, where: str, name: str) -> Any:
    """Return a field of `kind`, the default where it is absent or null; raise `UnsupportedModel` for another type."""
    found = config.get(key)
    if found is None:
        return default
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise UnsupportedModel(name, f"{where} has {key} = {found!r}, which is no {kind.__name__}")
    return found


def count(config: Mapping[str, Any], key: str, where: str, name: str) -> int | None:
    """Return a whole number of at least 1, or None where it is absent or null."""
    found: int | None = field(config, key, int, None, where, name)
    if found is not None and found < 1:
        raise UnsupportedModel(name, f"{where} has {key} = {found}, which is not at least 1")
    return found


def inside(folder: Path, path: str, name: str) -> Path:
    """Return a folder below `folder`; raise `UnsupportedModel` for a path that leads outside."""
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts:
        raise UnsupportedModel(name, f"its files name the folder {path!r}, which lies outside")
    return folder / parts
