"""Files by name: which format, which compression, and their bytes; a name is a name, never a pattern."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet",
    ".arrow": "arrow",
}  # fmt: skip
"""Endings of names, and how such files are read."""
COMPRESSED: dict[str, Callable[..., object]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
"""Second endings of text formats, and what opens them."""


def format_of(path: Path) -> str | None:
    """Return how a file of this name is read; None when its name says nothing."""
    inner = Path(path.stem) if path.suffix.lower() in COMPRESSED else path
    found = FORMATS.get(inner.suffix.lower())
    return None if inner is not path and found in ("parquet", "arrow") else found


def open_bytes(path: Path) -> IO[bytes]:
    """Open the content of a file, decompressed."""
    opener = COMPRESSED.get(path.suffix.lower(), open)
    return cast(IO[bytes], opener(path, "rb"))


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open a file as text; line ends stay as they are."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")
