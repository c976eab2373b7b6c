"""What reading a table keeps of each row does not grow with its text."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pytest

from tests.support.tables import task_of

FILLER = "some words that are only long " * 30


def write(path: Path, rows: int, filler: str) -> Path:
    path.write_text("text,label\n" + "".join(f"{row} {filler},{row % 2}\n" for row in range(rows)))
    return path


def kept_at_most(path: Path, rows: int, filler: str) -> int:
    """Return the largest number of bytes that Python and numpy held at a time while a csv was read as a task."""
    write(path, rows, filler)
    tracemalloc.start()
    try:
        assert len(task_of(path, max_examples=100).labels) == 100
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="tracemalloc is CPython's")
def test_more_rows_take_tens_of_bytes_each_and_not_their_text(tmp_path: Path) -> None:
    task_of(write(tmp_path / "first.csv", 100, ""))  # imports
    few, many = (kept_at_most(tmp_path / f"{rows}.csv", rows, FILLER) for rows in (4_000, 24_000))
    each = (many - few) / 20_000
    assert each < 160  # digests of 16 bytes and whole numbers; a text is 900 characters, and its object 49 more
