"""What is finished is not lost: not with the store, not with a full disk, not with a process that is killed."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lit_hf.cli.errors import explain
from lit_hf.errors import LitWarning, NotWritable
from lit_hf.records.record import Record
from lit_hf.records.store import ResultsStore
from lit_hf.runtime.cache import atomic_file, cache_in_use, cache_root, require_writable, whole_folder
from tests.support.command_line import Lit
from tests.support.records import make_record


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_store_that_takes_nothing_costs_a_warning_and_no_result(tmp_path: Path) -> None:
    root = tmp_path / "a file in its place"
    root.write_text("")
    with pytest.warns(LitWarning, match="not in the store"):
        ResultsStore(root).try_to_keep(make_record(examples=200))


def test_an_output_that_cannot_be_written_is_found_before_the_work(
    tmp_path: Path,
    lit: Lit,
    stored: list[object],
) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = lit("eval", "m", "d", "--output", str(tmp_path / "file" / "runs"))
    assert (code, out, stored) == (1, "", [])
    assert str(tmp_path / "file") in err
    assert "--output" in err


@pytest.mark.parametrize("command", [("eval", "m", "suite.yaml"), ("rank", "d", "m")])
def test_so_it_is_for_suites_and_rankings(tmp_path: Path, lit: Lit, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "suite.yaml").write_text("datasets: [a]\n")
    given = [str(tmp_path / word) if word == "suite.yaml" else word for word in command]
    code, _, err = lit(*given, "--output", str(tmp_path / "file" / "runs"))
    assert code == 1
    assert "cannot write into" in err


def test_the_result_is_printed_before_it_is_written(
    tmp_path: Path,
    lit: Lit,
    stored: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Record, "save", full)
    code, out, err = lit("eval", "m", "d", "--output", str(tmp_path / "runs"), "--format", "quiet")
    assert code == 1
    assert float(out) == make_record(examples=500)["transfer"]["bits"]
    assert str(tmp_path / "runs") in err
    assert "lit-hf show" in err


def test_a_full_disk_leaves_the_older_record_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "runs"
    make_record(examples=200).save(target)
    before = sorted(path.name for path in target.iterdir()), (target / "record.json").read_bytes()
    with pytest.raises(OSError, match="full"):
        _write_half(target)
    assert (sorted(path.name for path in target.iterdir()), (target / "record.json").read_bytes()) == before
    assert os.listdir(tmp_path) == ["runs"]


def _write_half(target: Path) -> None:
    with whole_folder(target) as draft:
        (draft / "record.json").write_text("half")
        raise OSError(errno.ENOSPC, "full")


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    target = tmp_path / "runs"
    (target / "more").mkdir(parents=True)
    (target / "notes.txt").write_text("mine")
    (target / "more" / "deep.txt").write_text("mine too")
    (target / "record.json").write_text("old")
    with whole_folder(target) as draft:
        (draft / "record.json").write_text("new")
    assert contents(target) == {"notes.txt": "mine", "record.json": "new"}
    assert contents(target / "more") == {"deep.txt": "mine too"}


def test_a_folder_that_cannot_be_renamed_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "runs"
    target.mkdir()
    (target / "record.json").write_text("old")
    real = os.replace

    def busy(source: str | Path, place: str | Path) -> None:
        if Path(source).is_dir():
            raise OSError(errno.EBUSY, "Device or resource busy")
        real(source, place)

    monkeypatch.setattr(os, "replace", busy)
    with whole_folder(target) as draft:
        (draft / "record.json").write_text("new")
    assert contents(target) == {"record.json": "new"}
    assert os.listdir(tmp_path) == ["runs"]


KILLED = """
import sys, time, pathlib
from lit_hf.runtime.cache import whole_folder
with whole_folder(pathlib.Path(sys.argv[1])) as draft:
    (draft / "record.json").write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def test_a_process_that_is_killed_while_it_writes_leaves_the_older_folder(tmp_path: Path) -> None:
    target = tmp_path / "runs"
    target.mkdir()
    (target / "record.json").write_text("old")
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert contents(target) == {"record.json": "old"}


def test_a_full_disk_is_named_by_the_file_that_was_written(tmp_path: Path) -> None:
    def write() -> None:
        with atomic_file(tmp_path / "shard.npy") as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full") as caught:
        write()
    assert str(tmp_path / "shard.npy") in explain(caught.value).message


def test_what_is_kept_is_said_of_the_cache_that_is_used(tmp_path: Path) -> None:
    cache_root(tmp_path / "mine")
    assert cache_in_use() == tmp_path / "mine"
    assert str(tmp_path / "mine") in explain(KeyboardInterrupt()).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(NotWritable):
        require_writable(tmp_path / "runs")


def test_probing_leaves_nothing_behind(tmp_path: Path) -> None:
    require_writable(tmp_path / "a" / "b")
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "b"]
    assert time.time() - (tmp_path / "a").stat().st_mtime < 60
