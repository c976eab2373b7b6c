"""The cache's files: found by the environment, written whole, hashed by content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from lit_hf.runtime.cache import atomic_file, cache_root, digest_of, file_sha256


def test_the_cache_lies_beside_the_hubs_own_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIT_HF_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_root() == Path.home() / ".cache" / "huggingface" / "lit-hf"
    monkeypatch.setenv("HF_HOME", "/somewhere")
    assert cache_root() == Path("/somewhere/lit-hf")
    monkeypatch.setenv("LIT_HF_CACHE", "/own")
    assert cache_root() == Path("/own")
    assert cache_root("/given") == Path("/given")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), atomic_file(path) as file:
        file.writelines([b"half", 1])  # type: ignore[list-item]
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_is_hashed_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "weights", tmp_path / "cache"
    path.write_bytes(b"one")
    expected = hashlib.sha256(b"one").hexdigest()
    assert file_sha256(path, cache) == expected
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", None)  # reading would fail
        assert file_sha256(path, cache) == expected
    path.write_bytes(b"other")
    assert file_sha256(path, cache) == hashlib.sha256(b"other").hexdigest()


def test_digests_ignore_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 2, "b": 1})
