"""The coder against that of an earlier commit: bits, and processor seconds of one stream as a ratio.

    python benchmarks/coder_speed.py [--cases rotten-2000 ...] [--rounds 5] [--quick]

Old and new take turns, each in fresh processes of one thread that import one package each; the ratio is that of the
medians, its range that of the rounds. Only coding is timed, after a short stream that warms the libraries. Needs git,
and the data of benchmarks/sets.py, which are embedded once by the code beside this file.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

OLD = "0457b586e964fac934ee78f3a09684436f7f73f8"
"""The commit before bank version 2."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """A stream, the first `size` examples of a set, and how much of the old time it may take (None: no target)."""

    set: str
    size: int
    target: float | None = None


CASES = {
    "rotten-2000": Case("rotten/encoder", 2_000, 0.75),
    "rotten-8000": Case("rotten/encoder", 8_000, 1.0),
    "rotten-twin": Case("rotten/twin", 8_000),
    "bbc": Case("bbc/encoder", 2_225),
    "bbc-twin": Case("bbc/twin", 2_225),
    "newsgroups": Case("newsgroups20/encoder", 4_000, 0.90),
    "newsgroups-twin": Case("newsgroups20/twin", 4_000),
    "raw": Case("rotten/raw", 2_000, 0.6),
    "pixels": Case("fashion/pixels", 20_000, 0.95),
}
QUICK = ("rotten-2000", "raw")

CODED = """
import json, sys, time
import numpy as np, torch
import lit_hf
from lit_hf.coding.codelength import code_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import Alphabet

torch.set_num_threads(1)
data = np.load(sys.argv[1])
def bits(rows):
    labels = data["labels"][:rows]
    examples = Examples(labels, np.arange(len(labels)))
    return code_order(data["features"][:rows], examples, Alphabet(int(data["classes"])), Order(), Code()).total
bits(40)
began = time.process_time()
found = bits(None)
print(json.dumps({"file": lit_hf.__file__, "bits": found, "seconds": time.process_time() - began}))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", nargs="+", default=list(CASES), choices=CASES)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--quick", action="store_true", help="two cases and three rounds")
    given = options.parse_args()
    cases, rounds = (list(QUICK), 3) if given.quick else (given.cases, given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        old = checked_out(Path(folder) / "old")
        print(f"old: {OLD[:7]}; {rounds} rounds in turn\n{'case':16}{'old s':>9}{'new s':>9}{'ratio':>8}{'range':>15}"
              f"{'target':>8}{'old bits':>12}{'new bits':>12}{'ratio':>9}")  # fmt: skip
        ratios = [compare(name, CASES[name], old, rounds, Path(folder)) for name in cases]
    print(f"bits: at most {max(ratios):.4f} of the old (target 1.001), geometric mean "
          f"{math.exp(statistics.fmean(map(math.log, ratios))):.4f} (target 1.000)")  # fmt: skip


def checked_out(folder: Path) -> Path:
    """Unpack the package of `OLD` into `folder`."""
    folder.mkdir()
    archive = subprocess.run(["git", "-C", ROOT, "archive", OLD, "lit_hf"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", folder], input=archive, check=True)
    return folder


def compare(name: str, case: Case, old: Path, rounds: int, folder: Path) -> float:
    """Print one row; return new bits over old bits."""
    file = folder / f"{name}.npz"
    save(case, file)
    turns = [(coded(old, file), coded(ROOT, file)) for _ in range(rounds)]
    if turns[0][0]["file"] == turns[0][1]["file"]:
        sys.exit(f"both sides import {turns[0][0]['file']}: nothing is compared")
    before, now = (statistics.median(turn[side]["seconds"] for turn in turns) for side in (0, 1))
    each = [new["seconds"] / past["seconds"] for past, new in turns]
    past, new = (turns[0][side]["bits"] for side in (0, 1))
    target = f"{case.target:8.2f}" if case.target else f"{'':8}"
    print(f"{name:16}{before:9.2f}{now:9.2f}{now / before:8.2f}{f'{min(each):.2f} to {max(each):.2f}':>15}{target}"
          f"{past:12,.1f}{new:12,.1f}{new / past:9.4f}", flush=True)  # fmt: skip
    return new / past


def coded(package: Path, file: Path) -> dict[str, float | str]:
    """Code the stream in `file` by the package in the folder `package`, in a fresh process."""
    environment = {**os.environ, "PYTHONPATH": str(package), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODED, str(file)], cwd=package, env=environment, check=True, capture_output=True
    )
    return dict(json.loads(done.stdout))


def save(case: Case, file: Path) -> None:
    from sets import load

    if case.set == "rotten/raw":
        features, labels, classes = raw(case.size)
    else:
        data = load(case.set, case.size)
        features, labels, classes = data.features, data.labels, data.classes
    np.savez(file, features=features, labels=labels, classes=classes)


def raw(size: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the raw input's features of Rotten Tomatoes, 2,048 columns."""
    import sets  # noqa: F401  puts the project on the path

    from lit_hf.encoders.raw_text import RawText
    from lit_hf.features import embed
    from scripts import assets

    texts, labels, classes = assets.rotten()
    order = np.random.default_rng(0).permutation(len(texts))[:size]
    rows = embed(RawText(), [texts[i] for i in order], size, store=None).array()
    return rows, np.array(labels, dtype=np.int64)[order], len(classes)


if __name__ == "__main__":
    main()
