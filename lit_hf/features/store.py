"""Shards on disk: a folder per encoder key, a file per content of a shard, written atomically, read by memory map."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.runtime.cache import atomic_file, cache_root, digest_of, write_json
from lit_hf.runtime.inputs import Image, Input, Sound, Words, render


@dataclass(frozen=True)
class Stored:
    """Rows of one shard, float32 [n, dim], possibly memory-mapped, and how many of its inputs were truncated."""

    rows: np.ndarray
    truncated: int
    halved: int = 0
    """Batches that did not fit into memory and were computed in parts."""


@dataclass(frozen=True)
class FeatureStore:
    """Features under `root`. Nothing is changed in place, equal addresses hold equal bytes: no lock is needed."""

    root: Path

    @classmethod
    def at(cls, cache_dir: str | Path | None = None) -> FeatureStore:
        """Return the store in the cache of lit-hf."""
        return cls(cache_root(cache_dir) / "features")

    def folder(self, key: Mapping[str, Any]) -> Path:
        """Return the folder of one encoder."""
        return self.root / digest_of(dict(key))

    def read(self, key: Mapping[str, Any], address: str) -> Stored | None:
        """Return a shard, or None when it is not there or cannot be read."""
        path = self.folder(key) / f"{address}.npy"
        try:
            note = json.loads(path.with_suffix(".json").read_text())
            rows = np.load(path, mmap_mode="r")
        except (OSError, ValueError, EOFError):
            return None
        found = Stored(rows, int(note["truncated"]), int(note.get("halved", 0)))
        return found if list(rows.shape) == note["shape"] else None

    def write(self, key: Mapping[str, Any], address: str, shard: Stored) -> Stored:
        """Keep a shard and return it as it lies on disk; its note comes last, and without one it does not count."""
        folder = self.folder(key)
        if not (folder / "key.json").is_file():
            write_json(folder / "key.json", dict(key))
        with atomic_file(folder / f"{address}.npy") as file:
            np.save(file, np.ascontiguousarray(shard.rows, dtype=np.float32))
        note = {"truncated": shard.truncated, "shape": list(shard.rows.shape)}
        note |= {"halved": shard.halved} if shard.halved else {}
        write_json(folder / f"{address}.json", note)
        return self.read(key, address) or shard


def shard_address(inputs: Sequence[Input], before: str | None) -> str:
    """Return 32 hex digits over a shard's inputs.

    `before` is the previous shard's address when the encoder follows the stream, so that the whole prefix enters.
    """
    content = hashlib.blake2b((before or "").encode(), digest_size=16)
    for value in inputs:
        if isinstance(value, Words | Image | Sound):
            content.update(render(value))
            continue
        parts = (value,) if isinstance(value, str | int) else value
        content.update(len(parts).to_bytes(1, "little"))
        for part in parts:
            encoded = str(part).encode("utf-8", "surrogatepass")
            content.update(len(encoded).to_bytes(8, "little"))
            content.update(encoded)
    return content.hexdigest()
