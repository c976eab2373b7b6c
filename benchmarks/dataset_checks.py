"""`lit-hf data check` on data with something planted: is each thing reported, and is nothing unfair without it?

Each planting takes fresh rows of a set and plants, one after the other: exact copies (case and marks changed) of 2 % of
rows, near copies (one word in twenty changed, texts of at least 20 words), a token and a column that give away the
label of 2 % of rows (of one class), rows sorted by label, and a test split that has lost half of its commonest class.

    python benchmarks/dataset_checks.py            # minutes on two cores
    python benchmarks/dataset_checks.py --quick

`benchmarks/datasets.py` runs it as its part `check`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lit_hf.checks import DataCheck, check

if TYPE_CHECKING:
    from benchmarks.dataset_kept import Kept, Target

SETS = ("rotten", "bbc", "newsgroups20", "reuters_r8")
SHARE, ROWS, SEED = 0.02, 4_000, 100
LEAK = "xqzw"


@dataclass(frozen=True)
class Sample:
    """Texts and labels of one planting, and the generator that plants."""

    texts: list[str]
    labels: np.ndarray
    rng: np.random.Generator

    @property
    def planted(self) -> int:
        """Return 2 % of the rows."""
        return round(SHARE * len(self.texts))


def draw(name: str, seed: int, rows: int) -> Sample:
    """Return rows of a set in a random order."""
    from scripts import assets

    texts, labels, _ = getattr(assets, name)()
    rng = np.random.default_rng(seed)
    kept = rng.permutation(len(texts))[:rows]
    return Sample([texts[row] for row in kept], np.array(labels)[kept], rng)


def found_copies(sample: Sample, near: bool) -> float:
    """Return the share of planted copies that are in a listed pair."""
    from scripts.assets.texts import change

    long = [row for row, text in enumerate(sample.texts) if len(text.split()) >= 20]
    chosen = sample.rng.choice(long, sample.planted, replace=False)
    extra = [change(sample.texts[row], 20, sample.rng) if near else f"{sample.texts[row].upper()}!" for row in chosen]
    found = check([*sample.texts, *extra], np.append(sample.labels, sample.labels[chosen]).tolist())
    touched = set(found.duplicates.pairs.rows.ravel().tolist())
    return float(np.mean([len(sample.texts) + place in touched for place in range(len(extra))]))


def leak_ranks(sample: Sample) -> tuple[int | None, bool]:
    """Return the best place of a leaked token in the two lists, from 1 (None: not listed), and whether the column is
    the best of its kind.
    """
    counts = np.bincount(sample.labels)
    cls = sample.rng.choice(np.flatnonzero(counts >= sample.planted))
    rows = sample.rng.choice(np.flatnonzero(sample.labels == cls), sample.planted, replace=False)
    texts, column = list(sample.texts), [""] * len(sample.texts)
    for row in rows:
        texts[row], column[row] = f"{texts[row]} {LEAK}", "seen"
    token = check(texts, sample.labels.tolist()).shortcuts
    listed = [[LEAK in each.words for each in found] for found in (token.by_bits, token.by_row)]
    ranks = [found.index(True) + 1 for found in listed if True in found]
    other = check(sample.texts, sample.labels.tolist(), columns={"source": column}).shortcuts
    return min(ranks, default=None), any(each.kind == "column" for each in other.by_kind)


def verdict(found: DataCheck, name: str) -> str:
    """Return the verdict of one check."""
    return next(each.verdict for each in found.findings if each.check == name)


def sorted_rows(sample: Sample) -> bool:
    """Tell whether rows sorted by label are reported."""
    order = np.argsort(sample.labels, kind="stable")
    found = check([sample.texts[row] for row in order], sample.labels[order].tolist())
    return verdict(found, "order of rows") == "look"


def drift(sample: Sample) -> bool:
    """Tell whether a second half without half of its commonest class is reported."""
    half = len(sample.texts) // 2
    labels = sample.labels[half:]
    common = np.flatnonzero(labels == np.bincount(labels).argmax())
    kept = np.setdiff1d(np.arange(len(labels)), common[: len(common) // 2]) + half
    test = ([sample.texts[row] for row in kept], sample.labels[kept].tolist())
    return verdict(check(sample.texts[:half], sample.labels[:half].tolist(), test=test), "label drift") == "look"


def part(kept: Kept) -> list[Target]:
    """Print what is found of the plantings as a part of `benchmarks/datasets.py`; return the targets."""
    from functools import partial

    from benchmarks.dataset_kept import Target, show

    size, rows = kept.size, ROWS if kept.size.name == "full" else 2_000
    names = SETS if kept.size.name == "full" else ("rotten", "reuters_r8")
    found = {name: kept.piece(f"check-{name}", partial(planted, name, size.plantings, rows)) for name in names}
    columns = ("as it is", "copies", "near", "token listed", "column", "sorted", "drift")
    show(("set", *columns), [[name, *(each[column] for column in columns)] for name, each in found.items()])
    bare = {name: each["as it is"] for name, each in found.items()}
    out = [Target("unfair" not in each, f"{name} as it is: {each}") for name, each in bare.items()]
    for column in columns[1:3]:
        least = min(each[column] for each in found.values())
        out.append(Target(least >= 0.95, f"{column}: at least {least:.3f} of the planted rows found, of .95"))
    for column in columns[3:]:
        counts = ", ".join(f"{name} {each[column]}" for name, each in found.items())
        met = all(each[column] == size.plantings for each in found.values())
        out.append(Target(met, f"{column}: reported in {counts} of {size.plantings}"))
    return [*out, *speed(kept)]


def planted(name: str, plantings: int, rows: int) -> dict[str, Any]:
    """Return what is found in all plantings in one set."""
    samples = [draw(name, SEED + number, rows) for number in range(plantings)]
    leaks = [leak_ranks(each) for each in samples]
    return {
        "as it is": "/".join(sorted({check(each.texts, each.labels.tolist()).verdict for each in samples})),
        "copies": float(np.mean([found_copies(each, False) for each in samples])),
        "near": float(np.mean([found_copies(each, True) for each in samples])),
        "token first": sum(rank == 1 for rank, _ in leaks), "token listed": sum(rank is not None for rank, _ in leaks),
        "column": sum(found for _, found in leaks), "sorted": sum(map(sorted_rows, samples)),
        "drift": sum(map(drift, samples)),
    }  # fmt: skip


def speed(kept: Kept) -> list[Target]:
    """Return whether random texts are checked fast enough, and whether time grows as it should."""
    from functools import partial

    from benchmarks.dataset_kept import Target

    most = kept.size.texts
    less, more = (kept.piece(f"check-time-{count}", partial(timed, count)) for count in (most // 4, most))
    growth, took = float(np.log(more["cpu"] / less["cpu"]) / np.log(4)), more["took"]
    return [
        Target(took <= 60, f"{most:,} texts of 100 words in {took:.0f} s, at most 60 s for 100,000"),
        Target(growth <= 1.1, f"processor time grows with the texts to the power {growth:.2f}, at most 1.1"),
    ]


def timed(count: int) -> dict[str, Any]:
    """Return the seconds of checking so many random texts."""
    import time

    from scripts.assets.texts import random_texts

    texts, labels = random_texts(count, 100), np.random.default_rng(0).integers(0, 4, count).tolist()
    check(texts[:100], labels[:100])
    began, spent = time.perf_counter(), time.process_time()
    check(texts, labels)
    return {"took": time.perf_counter() - began, "cpu": time.process_time() - spent}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each set."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--plantings", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="two plantings of 1,000 rows")
    asked = parser.parse_args(arguments)
    plantings, rows = (2, 1_000) if asked.quick else (asked.plantings, ROWS)
    print(f"{plantings} plantings of up to {rows:,} rows, seeds from {SEED} on")
    print(f"{'set':14s} {'as it is':10s} copies  near  token 1st, listed  column  sorted  drift", flush=True)
    for name in asked.sets:
        found = planted(name, plantings, rows)
        print(
            f"{name:14s} {found['as it is']:10s} {found['copies']:6.3f} {found['near']:5.3f} "
            f"{found['token first']:10d} {found['token listed']:7d} {found['column']:7d} {found['sorted']:7d} "
            f"{found['drift']:6d}",
            flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
