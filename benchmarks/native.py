"""What bfloat16 changes: L_IT in float32 and in `dtype: native`, as a share of the interval's half-width, and the time.

    python benchmarks/native.py [--labels 1000] [--sets rotten bbc] [--models FOLDER ...] [--quick]

Native bfloat16 could become the default of `eval` if no checkpoint moved by more than a tenth of its half-width, over
at least six checkpoints of four architectures and three sets. Seconds: of the processor, for the passes. On a machine
without native bfloat16 it says so and measures nothing. Needs the `test` extra.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import assets

ALLOWED = 0.1
"""Of the half-width of the interval."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--labels", type=int, default=1_000)
    options.add_argument("--sets", nargs="+", default=["rotten", "bbc"])
    options.add_argument("--models", nargs="+")
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    from lit_hf.runtime.native import has_bfloat16

    if not has_bfloat16("cpu"):
        print("this processor does not multiply bfloat16: there is nothing to compare")
        return
    models = given.models or [str(assets.l3_folder()), str(assets.l6_folder())]
    if given.quick:
        given.labels, given.sets, models = 300, given.sets[:1], models[:1]
    print(
        "| checkpoint | set | L_IT, float32 | half-width | native | moves by, of the half-width | seconds of passes |"
    )
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        moved = [row(model, table(name, Path(folder)), given.labels, folder) for model in models for name in given.sets]
    print(f"\n{sum(each > ALLOWED for each in moved)} of {len(moved)} move by more than a tenth of the half-width.")


def table(name: str, folder: Path) -> Path:
    """Return a file of the data."""
    texts, labels, _ = getattr(assets, name)()
    file = folder / f"{name}.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *zip(texts, labels, strict=True)])
    return file


def row(model: str, data: Path, labels: int, cache: str) -> float:
    """Print one line; return the change as a share of the half-width."""
    (plain, slow), (native, fast) = (evaluate(model, data, labels, cache, kind) for kind in ("float32", "native"))
    low, high = plain["transfer"]["interval"]
    half, before, after = (high - low) / 2, plain["transfer"]["bits"], native["transfer"]["bits"]
    share = abs(after - before) / half
    print(
        f"| {Path(model).name} | {data.stem} | {before:.1f} | {half:.1f} | {after:.1f} | {share:.3f} "
        f"| {slow:.1f} and {fast:.1f} |", flush=True,
    )  # fmt: skip
    return share


def evaluate(model: str, data: Path, labels: int, cache: str, dtype: str) -> tuple[Any, float]:
    """Return the record and the processor seconds of its passes."""
    from lit_hf.evaluation.job import Job
    from lit_hf.evaluation.run import evaluate

    spent, embed = [0.0], Job.all_features

    def timed(*given: Any) -> Any:
        began = time.process_time()
        found = embed(*given)
        spent[0] += time.process_time() - began
        return found

    Job.all_features = timed  # type: ignore[method-assign]
    try:
        record = evaluate(
            model, str(data), dtype=dtype, max_examples=labels, max_tokens=128, cache_dir=cache, device="cpu"
        )
    finally:
        Job.all_features = embed  # type: ignore[method-assign]
    return record, spent[0]


if __name__ == "__main__":
    main()
