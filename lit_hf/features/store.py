"""Shards on disk: a folder per encoder key, a file per content of a shard, written atomically, read by memory map.

Beside each lies a digest of its rows, which every reading checks: a disk that lies must not become a number.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.errors import warn
from lit_hf.runtime.cache import atomic_file, cache_root, digest_of, write_json
from lit_hf.runtime.inputs import Image, Input, Sound, Words, render


@dataclass(frozen=True)
class Stored:
    """Rows of one shard, float32 [n, dim], possibly memory-mapped, and how many of its inputs were truncated."""

    rows: np.ndarray
    truncated: int
    halved: int = 0
    """Batches that did not fit into memory and were computed in parts."""
    entered: np.ndarray | None = None
    """uint64 [inputs]: a digest of what of each input the network got."""


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
        """Return a shard, or None when it is not there; what is damaged is dropped, and that is said."""
        path = self.folder(key) / f"{address}.npy"
        if not path.exists():
            return None
        try:
            note = Note.of(json.loads(path.with_suffix(".json").read_text()))
            rows = np.load(path, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError:
            return None  # its writer has not come to the note yet, or never did
        except Exception:  # numpy parses a damaged header as Python, so it can fail in any way
            return _drop(path)
        if (rows.dtype, list(rows.shape), content_digest(rows)) != (np.float32, list(note.shape), note.digest):
            return _drop(path)
        return Stored(rows, note.truncated, note.halved, note.digests())

    def drop(self, key: Mapping[str, Any], address: str) -> None:
        """Take away a shard whose rows were made of other tokens than its inputs have, with a word."""
        _drop(self.folder(key) / f"{address}.npy", "holds features of other tokens than its inputs have")

    def write(self, key: Mapping[str, Any], address: str, shard: Stored) -> Stored:
        """Keep a shard and return it as it lies on disk; its note comes last, and without one it does not count."""
        folder = self.folder(key)
        if not (folder / "key.json").is_file():
            write_json(folder / "key.json", dict(key))
        rows = np.ascontiguousarray(shard.rows, dtype=np.float32)
        with atomic_file(folder / f"{address}.npy") as file:
            np.save(file, rows)
        note = Note(rows.shape, content_digest(rows), shard.truncated, shard.halved, _hex(shard.entered))
        write_json(folder / f"{address}.json", dataclasses.asdict(note))
        return self.read(key, address) or shard


@dataclass(frozen=True)
class Note:
    """What is known of a shard: the rows' shape and digest, inputs that lost tokens, batches computed in parts.

    `entered`: 16 hex digits an input of what the network got; None for what is not made of tokens, and of older notes.
    """

    shape: tuple[int, ...]
    digest: str
    truncated: int
    halved: int = 0
    entered: str | None = None

    def digests(self) -> np.ndarray | None:
        """Return `entered` as uint64 [inputs]."""
        return None if self.entered is None else np.frombuffer(bytes.fromhex(self.entered), ">u8").astype(np.uint64)

    @classmethod
    def of(cls, values: Any) -> Note:
        """Read a note; raise `TypeError`, `KeyError` or `ValueError` for anything else."""
        if not isinstance(values, dict):
            raise TypeError("a note is a mapping")
        if "digest" not in values and "shape" in values:
            raise FileNotFoundError("a version of lit-hf that kept no digests wrote it")
        shape = tuple(int(each) for each in values["shape"])
        entered = values.get("entered")
        found = cls(shape, str(values["digest"]), int(values["truncated"]), int(values.get("halved", 0)), entered)
        found.digests()  # raises for what is no digest, while there is somebody who listens
        return found


def _hex(digests: np.ndarray | None) -> str | None:
    return None if digests is None else digests.astype(">u8").tobytes().hex()


def _drop(path: Path, why: str = "is damaged") -> Stored | None:
    """Take a damaged shard away, so that it is embedded again; return None."""
    warn(f"{path} {why}: it is dropped, and its inputs are embedded again.")
    for file in (path.with_suffix(".json"), path):
        with suppress(OSError):  # a cache that is read only: the shard is passed over each time
            file.unlink()
    return None


def content_digest(rows: np.ndarray) -> str:
    """Return 32 hex digits over the bytes of `rows`, which are contiguous."""
    return hashlib.blake2b(rows.data, digest_size=16).hexdigest()


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
