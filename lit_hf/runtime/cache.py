"""The cache's place, atomic writes, and content hashes of files."""

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


def file_sha256(path: Path, cache: Path) -> str:
    """Return the SHA-256 of a file's content, remembered under `cache` for as long as its size and time stay the same.

    In the Hub's cache a large file is a link to a blob that is named by this very hash: then nothing is read.
    """
    real = path.resolve()
    if len(real.name) == 64 and set(real.name) <= set("0123456789abcdef") and real.parent.name == "blobs":
        return real.name
    stamp = {"path": str(real), "size": real.stat().st_size, "mtime_ns": real.stat().st_mtime_ns}
    note = cache / "hashes" / f"{digest_of(str(real))}.json"
    known = _read_note(note)
    if known is not None and {name: known.get(name) for name in stamp} == stamp:
        return str(known["sha256"])
    with real.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    write_json(note, {**stamp, "sha256": found})
    return found


def _read_note(note: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(note.read_text())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and "sha256" in value else None
