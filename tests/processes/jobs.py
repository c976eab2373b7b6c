"""Runs of `lit-hf eval` in real processes: the real encoder, real text, few labels."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import assets

HERE = Path(__file__).parent
LIMIT = 300
"""Seconds in which every run must end, on a busy machine too."""


@dataclass(frozen=True)
class Job:
    """One evaluation, to be run in different ways."""

    dataset: Path
    options: tuple[str, ...]

    def arguments(self, cache: Path, *more: str) -> list[str]:
        model = str(assets.l6_folder())
        return ["eval", model, str(self.dataset), *self.options, "--cache-dir", str(cache), *more]

    def run(
        self, cache: Path, *more: str, launcher: Sequence[str] = (), threads: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, under `launcher` if there is one, with $OMP_NUM_THREADS if `threads` are given."""
        set_threads = {} if threads is None else {"OMP_NUM_THREADS": str(threads)}
        command = [sys.executable, *launcher, "-m", "lit_hf", *self.arguments(cache, *more)]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, env=environment(**set_threads), check=False,
            cwd=HERE.parents[1],
        )  # fmt: skip

    def start(self, cache: Path, *more: str) -> subprocess.Popen[str]:
        """Start it in a session of its own."""
        command = [sys.executable, "-m", "lit_hf", *self.arguments(cache, *more)]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
            start_new_session=True, cwd=HERE.parents[1],
        )  # fmt: skip


def make_job(folder: Path, examples: int, *options: str) -> Job:
    """Write `examples` sentences of Rotten Tomatoes; code all but the last tenth."""
    texts, labels, _ = assets.rotten()
    rows = random.Random(0).sample(list(zip(texts, labels, strict=True)), examples)
    file = folder / "reviews.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *rows])
    return Job(file, ("--max-examples", str(examples * 9 // 10), *options))


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that no launcher has started."""
    kept = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE")}
    return {**kept, "PYTHONPATH": str(HERE.parents[1]), **more}


def result_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the record that a run with `--format json` printed, the only thing on stdout."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def shards(cache: Path) -> dict[str, bytes]:
    """Return the rows of all stored shards, by their address."""
    files = (cache / "features").glob("*/*.npy")
    return {
        f"{file.parent.name}/{file.name}": file.read_bytes() for file in files if file.with_suffix(".json").is_file()
    }


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started, in order."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
