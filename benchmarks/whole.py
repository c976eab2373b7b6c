"""One evaluation of a sentence encoder at 2,000 labels: processor seconds by part, texts passed, first and last number.

    python benchmarks/whole.py [--labels 2000] [--dtype float32] [--quick]
    python benchmarks/whole.py --ratio [--rounds 5] [--dtype native] [--quick]

Nothing stored, then everything stored, each in a process of its own. `--ratio` holds the same beside this package at
commit OLD, taken from git into a folder that goes first on PYTHONPATH: alternated, medians of new / old with the range.
Processor seconds, one torch thread to a unit. An order's time is that of its thread, a pass's that of the process.
`--quick`: all-MiniLM's three-layer relative and 300 labels. Needs the `test` extra.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OLD = "0457b58"
"""The commit that ratios are held against: before the first number came early and 500 labels were held out."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--labels", type=int, default=2_000)
    options.add_argument("--dtype", default="float32")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--ratio", action="store_true")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--child", nargs=3, metavar=("MODEL", "DATA", "CACHE"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        print(json.dumps(measure(*given.child, given.labels, given.dtype)))
        return
    given.labels, given.rounds = (300, 1) if given.quick else (given.labels, given.rounds)
    with tempfile.TemporaryDirectory() as name:
        inputs = prepare(Path(name), given.quick)
        if given.ratio:
            compare(Path(name), inputs, given.labels, given.dtype, given.rounds)
        else:
            table(inputs, Path(name), given.labels, given.dtype)


def prepare(folder: Path, quick: bool) -> tuple[str, str]:
    """Return the paths of the checkpoint and of a table of reviews."""
    sys.path.insert(0, str(ROOT))
    from scripts import assets

    texts, labels, _ = assets.rotten()
    file = folder / "rotten.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *zip(texts, labels, strict=True)])
    return str(assets.l3_folder() if quick else assets.l6_folder()), str(file)


def run(package: Path, inputs: tuple[str, str], cache: Path, labels: int, dtype: str) -> dict[str, Any]:
    """Return what a fresh process measures that imports `package` first."""
    words = [sys.executable, __file__, "--child", *inputs, str(cache), "--labels", str(labels), "--dtype", dtype]
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(package), "OMP_NUM_THREADS": "1"}, check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(inputs: tuple[str, str], folder: Path, labels: int, dtype: str) -> None:
    """Print the parts of an evaluation with nothing stored and with everything stored."""
    empty, full = (run(ROOT, inputs, folder / "cache", labels, dtype) for _ in range(2))
    print(f"{labels:,} labels, {empty['dtype']}, processor seconds\n\n| part | nothing stored | everything stored |")
    print("|---|---|---|")
    for part in dict.fromkeys([*empty["parts"], *full["parts"]]):
        print(f"| {part} | {empty['parts'].get(part, 0):.1f} | {full['parts'].get(part, 0):.1f} |")
    for name in ("to the first number", "all"):
        print(f"| {name} | {empty[name]:.1f} | {full[name]:.1f} |")
    print(f"| texts passed | {empty['texts']:,} | {full['texts']:,} |")


def compare(folder: Path, inputs: tuple[str, str], labels: int, dtype: str, rounds: int) -> None:
    """Print new / old: medians of alternated runs, with their range."""
    old = old_package(folder / "old")
    ratios: dict[str, list[float]] = {}
    for number in range(rounds):
        for state in ("nothing stored", "everything stored"):
            new, before = (
                run(package, inputs, folder / f"{package.name}-{number}", labels, kind)
                for package, kind in ((ROOT, dtype), (old, "float32"))
            )
            if new["file"] == before["file"]:
                raise SystemExit(f"both import {new['file']}: nothing is compared")
            for name in ("to the first number", "all"):
                ratios.setdefault(f"{state}, {name}", []).append(new[name] / before[name])
        print(f"round {number + 1}: bits {new['bits']:.1f} ({new['dtype']}) and {before['bits']:.1f}", file=sys.stderr)
    print(f"new ({new['dtype']}) / {OLD} (float32), {rounds} rounds, {labels:,} labels\n")
    for name, found in ratios.items():
        print(f"| {name} | {median(found):.2f} | {min(found):.2f} to {max(found):.2f} |")


def old_package(folder: Path) -> Path:
    """Return a folder with the package as it was at OLD."""
    packed = subprocess.run(["git", "archive", OLD, "lit_hf"], cwd=ROOT, check=True, capture_output=True).stdout
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    return folder


def measure(model: str, data: str, cache: str, labels: int, dtype: str) -> dict[str, Any]:
    """Return processor seconds of one evaluation, in this process, by part."""
    import lit_hf
    from lit_hf.config import Settings
    from lit_hf.evaluation import code_arms
    from lit_hf.evaluation import run as door
    from lit_hf.evaluation.job import Job

    parts, texts = Counter[str](), Counter[str]()
    clock, began = Parts(parts), time.process_time()
    embed, unit, prepared, keep = Job.all_features, code_arms.order_unit, Job.prepare, door._keep

    def features(job: Job, encoder: Any, inputs: Any, count: int, label: str) -> Any:
        with clock.part(label.replace("embed: ", "pass: ")):
            found = embed(job, encoder, inputs, count, label)
        texts["all"] += found.computed if encoder.info.kind in ("checkpoint", "random twin") else 0
        return found

    def timed(task: Any, arm: Any, *others: Any) -> Callable[[], Any]:
        work, columns = unit(task, arm, *others), arm.dim

        def code() -> Any:
            with clock.part(f"code: {kind_of(arm.name)}, {columns:,} columns", time.thread_time):
                return work()

        return code

    Job.all_features, code_arms.order_unit = features, timed  # type: ignore[method-assign,assignment]
    Job.prepare = clock.wrapped("load", prepared)  # type: ignore[method-assign]
    door._keep = clock.wrapped("record", keep)
    said = Said()
    settings = Settings(model, data, max_examples=labels, dtype=dtype, cache_dir=cache, device="cpu")
    record = door.run(settings, progress=said)
    total = time.process_time() - began
    return {
        "file": lit_hf.__file__, "parts": dict(parts), "texts": texts["all"], "all": total,
        "to the first number": (said.first or time.process_time()) - began, "bits": record["transfer"]["bits"],
        "dtype": record["model"]["dtype"],
    }  # fmt: skip


def kind_of(arm: str) -> str:
    """Return what an arm's streams are counted under."""
    return "control" if arm.startswith("shuffled") else "further twins" if arm in ("twin 2", "twin 3") else arm


class Parts:
    """Adds the seconds of named blocks up."""

    def __init__(self, parts: Counter[str]) -> None:
        self._parts = parts

    @contextmanager
    def part(self, name: str, clock: Callable[[], float] = time.process_time) -> Iterator[None]:
        began = clock()
        yield
        self._parts[name] += clock() - began  # type: ignore[assignment]

    def wrapped(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return `work`, counted under `name`."""

        def counted(*values: Any, **named: Any) -> Any:
            with self.part(name):
                return work(*values, **named)

        return counted


class Said:
    """Listens for the first number."""

    first: float | None = None

    def say(self, text: str) -> None:
        self.first = self.first or (time.process_time() if text.startswith("First order") else None)

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        yield lambda steps: None


if __name__ == "__main__":
    main()
