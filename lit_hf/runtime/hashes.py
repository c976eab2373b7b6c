"""What a file holds, by a hash of its content: the identity of data, weights and code.

A hash is remembered, since weights are large. It is believed only while path, size, both times and inode are what they
were, and only if hashing began at least `SETTLED` seconds after the last change: tools restore the time of
modification but not that of change, and within one tick of the clock a file can change twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from lit_hf.runtime.cache import digest_of, write_json
from lit_hf.runtime.hubrepo import hub_cache
from lit_hf.runtime.progress import NullProgress, Progress

SETTLED = 2.0
"""Seconds: the coarsest clock of a file system in use (FAT)."""
SHOWN = 10**9
"""Bytes from which on a bar shows how far hashing has come."""
CHUNK = 1 << 22
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "ceph", "lustre", "gpfs", "afs", "gfs", "glusterfs", "beegfs")


def file_sha256(path: Path, cache: Path, progress: Progress | None = None) -> str:
    """Return the SHA-256 of a file's content, remembered under `cache`.

    A large file of the Hub's cache is a link to a blob that is named by this very hash: then nothing is read. On file
    systems whose times cannot be relied on (network ones, and where the time of change is that of creation) every call
    reads the file.
    """
    real = path.resolve()
    if _is_hub_blob(real):
        return real.name
    note = cache / "hashes" / f"{digest_of(str(real))}.json"
    stamp, began = _stamp(real), time.time()
    known = _read_note(note)
    if known is not None and _believed(known, stamp, real):
        return str(known["sha256"])
    found = _hash(real, progress or NullProgress())
    if _stamp(real) == stamp:  # else it changed under the reader's eyes: what was read is returned, and not remembered
        write_json(note, {**stamp, "began": began, "sha256": found})
    return found


def _stamp(path: Path) -> dict[str, Any]:
    info = path.stat()
    return {
        "path": str(path), "size": info.st_size, "mtime_ns": info.st_mtime_ns, "ctime_ns": info.st_ctime_ns,
        "inode": info.st_ino, "device": info.st_dev,
    }  # fmt: skip


def _believed(known: dict[str, Any], stamp: dict[str, Any], path: Path) -> bool:
    began = known.get("began")
    settled = isinstance(began, int | float) and began >= stamp["ctime_ns"] / 1e9 + SETTLED
    return settled and {name: known.get(name) for name in stamp} == stamp and keeps_time(path)


def keeps_time(path: Path) -> bool:
    """Tell whether the file system of `path` notes each change of a file in a time that no tool can set back."""
    if os.name == "nt":
        return False
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return True  # not Linux: local systems of macOS and BSD note changes
    kind, longest = "", -1
    for line in mounts:
        _, place, system, *_ = line.split(" ")
        folder = place.encode().decode("unicode_escape")
        if len(folder) > longest and (path.is_relative_to(folder)):
            kind, longest = system, len(folder)
    return not kind.startswith(_REMOTE)


def _hash(path: Path, progress: Progress) -> str:
    size = path.stat().st_size
    if size < SHOWN:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    content = hashlib.sha256()
    with progress.task(f"read {path.name} to know what it holds", size) as advance, path.open("rb") as file:
        while chunk := file.read(CHUNK):
            content.update(chunk)
            advance(len(chunk))
    return content.hexdigest()


def _is_hub_blob(real: Path) -> bool:
    """Tell whether a path is a blob in the Hub's own cache, which its client named by the content's hash."""
    if len(real.name) != 64 or not set(real.name) <= set("0123456789abcdef") or real.parent.name != "blobs":
        return False
    return real.is_relative_to(hub_cache())


def _read_note(note: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(note.read_text())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("sha256"), str) else None
