"""The five studies of datasets against known answers and cleanlab: one table a part, each target met or missed.

    python benchmarks/datasets.py                       # hours on two cores; resumes where it was stopped
    python benchmarks/datasets.py --quick               # under five minutes: small N, two sets, one seed
    python benchmarks/datasets.py --parts errors info

Needs the `test` and `bench` extras and `scripts/fetch_test_data.sh`. Scores, planted shares, the forecast's misfit and
its band are constants of lit_hf/ that were committed before this file was: no seed below was looked at to choose them.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

if __name__ != "__main__" and __name__ == "datasets":
    # The other benchmarks have this folder first on their path, and mean the library of this name.
    here = sys.path.index(str(Path(__file__).resolve().parent))
    mine = sys.path.pop(here)
    del sys.modules["datasets"]
    importlib.import_module("datasets")
    sys.path.insert(here, mine)

PARTS = ("errors", "how-far", "info", "compare", "check")


def main() -> None:
    """Run the parts that are asked for, print their tables, and how many targets are missed."""
    import argparse
    import time

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--keep", type=Path, help="where pieces are kept (default: lit-hf's cache)")
    given = options.parse_args()
    root = Path(__file__).resolve().parents[1]
    sys.path[0] = str(root)  # in place of this folder, whose `datasets` is no library
    from benchmarks import dataset_checks, dataset_compare, dataset_depths, dataset_errors, dataset_info
    from benchmarks.dataset_kept import FULL, QUICK, Kept

    size = QUICK if given.quick else FULL
    kept = Kept.at(given.keep, size)
    parts = {
        "errors": dataset_errors.errors, "how-far": dataset_depths.how_far, "info": dataset_info.info,
        "compare": dataset_compare.compare, "check": dataset_checks.part,
    }  # fmt: skip
    print(f"{size.told}; seeds from {size.seeds[0]} on; pieces in {kept.folder}", flush=True)
    began, missed = time.perf_counter(), 0
    for name in given.parts:
        started = time.perf_counter()
        print(f"\n## {name}\n", flush=True)
        targets = parts[name](kept)
        print("\n".join(map(str, targets)))
        missed += sum(not each.met for each in targets)
        print(f"{time.perf_counter() - started:.0f} s", flush=True)
    print(f"\n{missed} targets missed; {time.perf_counter() - began:.0f} s, all pieces took {kept.seconds():.0f} s")


if __name__ == "__main__":
    main()
