"""The cache's place, and files in it: written whole, and safe from a loss of power once they have their name."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from lit_hf.errors import NotWritable


def cache_root(cache_dir: str | Path | None = None) -> Path:
    """Return where lit-hf keeps files: `cache_dir`, else $LIT_HF_CACHE, else `lit-hf` beside the Hub's own cache."""
    if cache_dir is not None:
        _named.append(Path(cache_dir).expanduser())
        return _named[-1]
    if named := os.environ.get("LIT_HF_CACHE"):
        return Path(named).expanduser()
    general = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("HF_HOME") or os.path.join(general, "huggingface")
    return Path(home).expanduser() / "lit-hf"


_named = deque[Path](maxlen=1)
"""The folder that this process was last told to keep files in."""


def cache_in_use() -> Path:
    """Return the cache that this process last worked with: for words on the screen."""
    return _named[-1] if _named else cache_root()


def reset_cache_in_use() -> None:
    """Forget it: another command begins."""
    _named.clear()


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
    except BaseException as error:
        with suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which
        raise


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a new folder that takes the name of `target` when the block ends well, and vanishes otherwise.

    A reader sees the old folder or the new one, never a mixture, also when a process is killed in the middle. Other
    files that lie in `target` stay there. A folder that cannot be renamed (the current one of a mount, say) is filled
    file by file.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.draft-"))
    try:
        yield draft
        _keep_others(target, draft)
        _swap(draft, target)
    except OSError as error:
        error.filename = error.filename or str(target)
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _keep_others(target: Path, draft: Path) -> None:
    """Put what else lies in `target` into `draft` too."""
    for other in target.iterdir() if target.is_dir() else ():
        if not (draft / other.name).exists():
            copy = shutil.copytree if other.is_dir() else shutil.copy2
            copy(other, draft / other.name)  # type: ignore[operator]


def _swap(draft: Path, target: Path) -> None:
    os.chmod(draft, target.stat().st_mode if target.is_dir() else 0o777 & ~_umask())
    old = draft.with_name(f"{draft.name}-old")
    try:
        if target.exists():
            os.replace(target, old)
        os.replace(draft, target)
    except OSError:
        if old.exists() and not target.exists():
            os.replace(old, target)
        target.mkdir(exist_ok=True)
        for file in draft.iterdir():
            os.replace(file, target / file.name)
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    found = os.umask(0o22)
    os.umask(found)
    return found


def require_writable(folder: Path) -> None:
    """Raise `NotWritable` unless files can be made in `folder`, and the folder itself if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0")
        with tempfile.TemporaryDirectory(dir=folder.resolve().parent):
            pass
    except OSError as error:
        raise NotWritable(folder, error.strerror or str(error)) from error


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write `value` as JSON, atomically."""
    with atomic_file(path) as file:
        file.write(json.dumps(value, indent=1, sort_keys=True).encode())


def digest_of(value: Any) -> str:
    """Return 32 hex digits over a JSON value; the order of keys does not matter."""
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).hexdigest()
