"""Identity is content: a remembered hash is believed only while nothing can have changed."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from lit_hf.runtime import hashes
from lit_hf.runtime.hashes import file_sha256, keeps_time


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that were read, in order."""
    seen = list[str]()
    real = hashes._hash
    monkeypatch.setattr(hashes, "_hash", lambda path, progress: (seen.append(path.name), real(path, progress))[1])
    return seen


def settle(path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float = 10.0) -> None:
    """Let time pass since the file's last change."""
    later = time.time() + seconds
    monkeypatch.setattr(hashes.time, "time", lambda: later)


def test_a_file_at_rest_is_read_once(tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    settle(path, monkeypatch)
    assert [file_sha256(path, tmp_path / "cache") for _ in range(3)] == [sha(b"one")] * 3
    assert read == ["weights"]


def test_a_file_that_has_just_changed_is_read_again(tmp_path: Path, read: list[str]) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    assert [file_sha256(path, tmp_path / "cache") for _ in range(2)] == [sha(b"one")] * 2
    assert read == ["weights"] * 2


@pytest.mark.parametrize("way", ["in place", "replaced", "moved over", "linked"])
def test_another_content_of_the_same_size_and_time_is_seen(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cache = tmp_path / "weights", tmp_path / "cache"
    path.write_bytes(b"one")
    os.utime(path, ns=(10**18, 10**18))
    settle(path, monkeypatch)
    assert file_sha256(path, cache) == sha(b"one")
    other = path if way == "in place" else tmp_path / "other"
    if way == "replaced":
        path.unlink()
        other = path
    other.write_bytes(b"two")
    os.utime(other, ns=(10**18, 10**18))
    if way == "moved over":
        other.replace(path)
    if way == "linked":
        path.unlink()
        path.symlink_to(other)
    assert file_sha256(path, cache) == sha(b"two")


def test_a_change_while_it_is_read_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "weights", tmp_path / "cache"
    path.write_bytes(b"one")
    settle(path, monkeypatch)

    def slow(path: Path, progress: object) -> str:
        found = sha(path.read_bytes())
        path.write_bytes(b"longer")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(hashes, "_hash", slow)
        assert file_sha256(path, cache) == sha(b"one")
    assert file_sha256(path, cache) == sha(b"longer")


def test_a_folder_that_looks_like_the_hubs_cache_is_read(tmp_path: Path) -> None:
    blob = tmp_path / "blobs" / sha(b"something else")
    blob.parent.mkdir()
    blob.write_bytes(b"mine")
    assert file_sha256(blob, tmp_path / "cache") == sha(b"mine")


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"sha256": 1}', '{"sha256": "x", "began": null}', "nul"])
def test_a_note_that_is_none_is_no_reason_to_fail(tmp_path: Path, note: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "weights", tmp_path / "cache"
    path.write_bytes(b"one")
    settle(path, monkeypatch)
    file_sha256(path, cache)
    (written,) = (cache / "hashes").iterdir()
    written.write_text(note)
    assert file_sha256(path, cache) == sha(b"one")


def test_a_network_file_system_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = f"/dev/sda / ext4 rw 0 0\nserver:/home {tmp_path} nfs4 rw 0 0\n"
    real = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda self, *a, **k: table if str(self) == "/proc/self/mounts" else real(self, *a, **k)
    )
    assert not keeps_time(tmp_path / "weights")
    assert keeps_time(Path("/somewhere/else"))


def test_a_large_file_shows_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    moves = list[int]()

    class Bar:
        @contextmanager
        def task(self, label: str, total: int):  # type: ignore[no-untyped-def]
            assert (label.startswith("read weights"), total) == (True, 10)
            yield moves.append

    monkeypatch.setattr(hashes, "SHOWN", 5)
    monkeypatch.setattr(hashes, "CHUNK", 4)
    path = tmp_path / "weights"
    path.write_bytes(b"0123456789")
    assert file_sha256(path, tmp_path / "cache", Bar()) == sha(b"0123456789")
    assert moves == [4, 4, 2]
