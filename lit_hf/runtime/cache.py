"""The cache's place, and files in it: written whole, and safe from a loss of power once they have their name."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO


def cache_root(cache_dir: str | Path | None = None) -> Path:
    """Return where lit-hf keeps files: `cache_dir`, else $LIT_HF_CACHE, else `lit-hf` beside the Hub's own cache."""
    if cache_dir is not None:
        return Path(cache_dir).expanduser()
    if named := os.environ.get("LIT_HF_CACHE"):
        return Path(named).expanduser()
    general = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("HF_HOME") or os.path.join(general, "huggingface")
    return Path(home).expanduser() / "lit-hf"


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` that takes its name when the block ends well, and vanishes otherwise.

    A reader sees the whole file or none, also when a process is killed in the middle or two write the same thing at
    once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # or the name could outlive the content
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write `value` as JSON, atomically."""
    with atomic_file(path) as file:
        file.write(json.dumps(value, indent=1, sort_keys=True).encode())


def digest_of(value: Any) -> str:
    """Return 32 hex digits over a JSON value; the order of keys does not matter."""
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).hexdigest()
