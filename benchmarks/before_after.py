"""Processor seconds of the embedding pass against an older state of this package, and of the checks on reading.

    git archive COMMIT --prefix=old/ | tar x -C FOLDER
    python benchmarks/before_after.py FOLDER/old [--texts 1000] [--runs 7]

Each run is a process of its own, with one thread; the two states take turns, and which goes first alternates. The
ratio is the mean of the log of new over old, pair by pair, with Student's 95 % interval. The second figure is what
digests and tokens of stored shards cost to check, as a share of a cached evaluation. Needs the `test` extra.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CACHED_RUNS = 3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("old", type=Path, nargs="?")
    options.add_argument("--texts", type=int, default=1000)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--child", choices=["embed", "cached"], help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        print(json.dumps(embed_once(given.texts) if given.child == "embed" else cached(given.texts)))
        return
    if given.old is None:
        options.error("the folder of the older state is missing")
    show(given.old, given.texts, given.runs)


def show(old: Path, texts: int, runs: int) -> None:
    trees = {"old": old.resolve(), "new": ROOT}
    for tree in trees.values():  # what is loaded for the first time waits for the disk
        child(tree, "embed", texts)
    seconds: dict[str, list[float]] = {"old": [], "new": []}
    for run in range(runs):
        for name in ("old", "new") if run % 2 else ("new", "old"):
            seconds[name].append(child(trees[name], "embed", texts)["seconds"])
    for name, found in seconds.items():
        print(f"{name}: {np.mean(found):.2f} s of processor time, from {min(found):.2f} to {max(found):.2f}")
    low, ratio, high = interval(np.log(np.array(seconds["new"]) / np.array(seconds["old"])))
    print(f"embedding {texts:,} texts, new over old: {ratio:.3f}, 95 % interval {low:.3f} to {high:.3f}, {runs} pairs")
    shares = [child(ROOT, "cached", texts) for _ in range(CACHED_RUNS)]
    parts = [each["checks"] / each["seconds"] for each in shares]
    whole = np.mean([each["seconds"] for each in shares])
    print(f"cached evaluation: {whole:.2f} s, checks {np.mean(parts):.2%} of it, at most {max(parts):.2%}")


def interval(logs: np.ndarray) -> tuple[float, float, float]:
    """Return low, mean and high of the ratio."""
    from scipy.stats import t

    half = t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
    low, middle, high = np.exp([logs.mean() - half, logs.mean(), logs.mean() + half]).tolist()
    return low, middle, high


def child(tree: Path, what: str, texts: int) -> dict[str, float]:
    """Run this file in a process that imports the package from `tree`."""
    environment = os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--child", what, "--texts", str(texts)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def require_tree() -> None:
    """Raise unless the package comes from the first folder of PYTHONPATH: the wrong state must not be measured."""
    import lit_hf

    first = Path(os.environ["PYTHONPATH"].split(os.pathsep)[0]).resolve()
    assert Path(lit_hf.__file__).resolve().is_relative_to(first), f"{lit_hf.__file__} is not in {first}"


def sample(count: int) -> tuple[str, list[str], list[int]]:
    """Return the folder of all-MiniLM-L6, and short texts with labels."""
    sys.path.append(str(ROOT))  # behind the tree that is measured
    from scripts import assets

    texts, labels, _ = assets.rotten()
    order = np.random.default_rng(0).permutation(len(texts))[:count]
    return str(assets.l6_folder()), [texts[place] for place in order], [int(labels[place]) for place in order]


def embed_once(count: int) -> dict[str, float]:
    """Return the processor seconds of one embedding pass into an empty store; loading is left out."""
    from lit_hf.encoders import load_encoder
    from lit_hf.features import FeatureStore, embed

    require_tree()
    folder, texts, _ = sample(count)
    encoder = load_encoder(folder)
    encoder.encode(texts[:8])  # loads the weights
    with tempfile.TemporaryDirectory() as cache:
        began = time.process_time()
        embed(encoder, texts, count, store=FeatureStore(Path(cache)))
        return {"seconds": time.process_time() - began}


def cached(count: int) -> dict[str, float]:
    """Return the processor seconds of an evaluation that embeds nothing, and of the checks of what is stored in it."""
    import datasets

    import lit_hf
    from lit_hf.features import embed

    folder, texts, labels = sample(count)
    data = datasets.Dataset.from_dict({"text": texts, "label": labels})
    spent = [0.0]

    def timed(module: object, name: str) -> None:
        plain = getattr(module, name)

        def measured(*given: object) -> object:
            began = time.process_time()
            try:
                return plain(*given)
            finally:
                spent[0] += time.process_time() - began

        setattr(module, name, measured)

    with tempfile.TemporaryDirectory() as cache:
        lit_hf.evaluate(folder, data, cache_dir=cache)
        # the whole of reading a shard: file, note, digest, tokens; an upper bound of the checks
        timed(sys.modules[embed.__module__], "_read")
        began = time.process_time()
        record = lit_hf.evaluate(folder, data, cache_dir=cache)
        whole = time.process_time() - began
    assert record["timings"]["embedded_now"] == 0
    return {"seconds": whole, "checks": spent[0]}


if __name__ == "__main__":
    main()
