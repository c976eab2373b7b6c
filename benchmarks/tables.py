"""Peak private memory and time of reading a large local csv as a task, against an older state of this package.

    python benchmarks/tables.py [--megabytes 300] [--quotes none|proper|lone] [--old FOLDER]

    git archive COMMIT --prefix=old/ | tar x -C FOLDER    # for --old FOLDER/old

A table of random words with three labels is written to a temporary folder and read in a process of its own, with one
thread. Private memory is what /proc/self/smaps_rollup calls so (Linux), looked at twenty times a second: pages of a
mapped file that no other process has count too. The base is what the libraries take before anything is read.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = 40
AT_ONCE = 2_000
LABELS = ("neg", "pos", "neutral")
EVERY = 0.05
"""Seconds between two looks at the memory."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--megabytes", type=int, default=300)
    options.add_argument("--quotes", choices=["none", "proper", "lone"], default="none")
    options.add_argument("--old", type=Path)
    options.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        print(json.dumps(read(given.child)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        rows = write(path, given.megabytes, given.quotes)
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {rows:,} rows, quotes: {given.quotes}")
        for name, tree in {"new": ROOT, **({"old": given.old.resolve()} if given.old else {})}.items():
            print(name, child(tree, path))


def write(path: Path, megabytes: int, quotes: str) -> int:
    """Write a csv of about so many megabytes; return its rows. Lone quotes stand within every tenth text."""
    draw, rows, size = random.Random(0), 0, 0
    words = [f"w{number}" for number in range(5_000)] + ["the", "a", "of", "and", "to"] * 300
    with path.open("w") as file:
        size = file.write("text,label\n")
        while size < megabytes * 1_000_000:
            lines = [_line(" ".join(draw.choices(words, k=WORDS)), rows + each, quotes) for each in range(AT_ONCE)]
            size += file.write("".join(lines))
            rows += AT_ONCE
    return rows


def _line(text: str, row: int, quotes: str) -> str:
    if quotes == "proper" and row % 3 == 0:
        text = f'"{text} {row}, ""so it is"""'
    elif quotes == "lone" and row % 10 == 0:
        text = f'{text[:20]}5" pipe {text[20:]} {row}'
    else:
        text = f"{text} {row}"
    return f"{text},{LABELS[row % 3]}\n"


def child(tree: Path, path: Path) -> dict[str, float | str]:
    """Read the table in a process that has `tree` as its package."""
    here = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "HF_DATASETS_CACHE": str(path.parent / "hf")}
    done = subprocess.run(
        [sys.executable, __file__, "--child", path], env=here, capture_output=True, text=True, check=True
    )  # fmt: skip
    found: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return found


def read(path: Path) -> dict[str, float | str]:
    """Return MiB before, the peak, and seconds of loading the task of a table."""
    import datasets  # noqa: F401, part of the base
    import torch  # noqa: F401

    from lit_hf.config import from_mapping
    from lit_hf.tasks import load_task

    settings = {"model": "m", "dataset": str(path), "cache_dir": str(path.parent / "cache")}
    before, watch = private_mib(), Watch()
    began = time.perf_counter()
    task = load_task(from_mapping(settings, "a benchmark"))
    seconds = time.perf_counter() - began
    return {
        "base_mib": round(before), "peak_mib": round(watch.stop()), "seconds": round(seconds, 1),
        "fingerprint": task.dataset.fingerprint,
    }  # fmt: skip


class Watch:
    """The largest private memory since this was made."""

    def __init__(self) -> None:
        self._peak, self._ended = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            self._peak = max(self._peak, private_mib())

    def stop(self) -> float:
        """Return the peak, in MiB."""
        self._ended.set()
        self._thread.join()
        return max(self._peak, private_mib())


def private_mib() -> float:
    """Return the private memory of this process."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


if __name__ == "__main__":
    main()
