"""The cache's files: found by the environment, written whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lit_hf.runtime.cache import atomic_file, cache_root, digest_of


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


def test_digests_ignore_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 2, "b": 1})
