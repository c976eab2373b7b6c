"""What the processes of one run tell each other: values of any size on the store that their launcher set up."""

from __future__ import annotations

from threading import Lock
from typing import Protocol

CHUNK = 1 << 20
"""Bytes of one entry: torch's store takes no more than 8 MiB."""


class Store(Protocol):
    """The part of `torch.distributed.Store` that never waits: a lost process must not hold the others."""

    def set(self, key: str, value: bytes, /) -> None: ...
    def get(self, key: str, /) -> bytes: ...
    def add(self, key: str, amount: int, /) -> int: ...
    def check(self, keys: list[str], /) -> bool: ...
    def delete_key(self, key: str, /) -> bool: ...


class ProcessStore:
    """Named bytes and counters that every process can write and read at once; safe in threads."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()

    def put(self, name: str, value: bytes) -> None:
        """Write `value`; a reader sees the whole or nothing."""
        parts = [value[start : start + CHUNK] for start in range(0, len(value), CHUNK)]
        with self._lock:
            for number, part in enumerate(parts):
                self._store.set(f"lit-hf/{name}/{number}", part)
            self._store.set(f"lit-hf/{name}", str(len(parts)).encode())

    def get(self, name: str) -> bytes | None:
        """Return what was written, or None when nothing was."""
        with self._lock:
            if not self._store.check([f"lit-hf/{name}"]):
                return None
            count = int(self._store.get(f"lit-hf/{name}"))
            return b"".join(self._store.get(f"lit-hf/{name}/{number}") for number in range(count))

    def drop(self, name: str) -> None:
        """Forget what was written."""
        with self._lock:
            count = int(self._store.get(f"lit-hf/{name}"))
            for key in (f"lit-hf/{name}", *(f"lit-hf/{name}/{number}" for number in range(count))):
                self._store.delete_key(key)

    def add(self, name: str, amount: int) -> int:
        """Add to a counter, which begins at 0; return what it is then."""
        with self._lock:
            return self._store.add(f"lit-hf/#{name}", amount)
