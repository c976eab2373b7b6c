"""What the parts of `benchmarks/datasets.py` have in common: sizes, pieces that are kept on disk, tables, targets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Size:
    """How much is run: sets and the labels taken of each, seeds, and numbers of draws."""

    name: str
    told: str
    errors: dict[str, int]
    seeds: tuple[int, ...]
    draws: int
    population: int
    real_draws: int
    curves: dict[str, int]
    shared: int
    orders: int
    plantings: int
    texts: int


FULL = Size(
    "full", "full run",
    {"rotten/encoder": 4_000, "newsgroups20/encoder": 4_000, "bbc/encoder": 2_000, "fashion/pixels": 4_000},
    (100, 101, 102), draws=100, population=2_000, real_draws=20,
    curves={
        "rotten/encoder": 8_530, "rotten/twin": 8_530, "newsgroups20/encoder": 4_000, "newsgroups20/twin": 4_000,
        "bbc/encoder": 2_225, "bbc/twin": 2_225, "fashion/pixels": 20_000, "reuters_r8/encoder": 5_485,
    },
    shared=2_000, orders=5, plantings=20, texts=100_000,
)  # fmt: skip
QUICK = Size(
    "quick", "quick run, too small for most targets to be judged", {"rotten/encoder": 1_000, "fashion/pixels": 1_000},
    (100,), draws=4, population=1_000, real_draws=0, curves={"rotten/encoder": 2_400, "fashion/pixels": 1_250},
    shared=600, orders=2, plantings=2, texts=10_000,
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One aim: whether it is met, and its figures in words."""

    met: bool
    words: str

    def __str__(self) -> str:
        return f"{'met' if self.met else 'MISSED'}: {self.words}"


@dataclass(frozen=True)
class Kept:
    """Pieces of a run under `folder`, a JSON file each: an interrupted run goes on with those that are missing."""

    folder: Path
    size: Size

    @classmethod
    def at(cls, folder: Path | None, size: Size) -> Kept:
        """Return the pieces of one size, kept in `folder` or in lit-hf's cache."""
        from lit_hf.runtime.cache import cache_root

        place = (folder or cache_root(None) / "benchmarks" / "datasets") / size.name
        place.mkdir(parents=True, exist_ok=True)
        return cls(place, size)

    def piece(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what `work` returned when it was run first, and its seconds."""
        file = self.folder / f"{name.replace('/', '-')}.json"
        if not file.is_file():
            began = time.perf_counter()
            found = work() | {"seconds": time.perf_counter() - began}
            draft = file.with_suffix(".tmp")
            draft.write_text(json.dumps(found))
            draft.replace(file)
        done: dict[str, Any] = json.loads(file.read_text())
        return done

    def seconds(self) -> float:
        """Return the seconds that all pieces took, whenever they were run."""
        return float(sum(json.loads(each.read_text())["seconds"] for each in self.folder.glob("*.json")))


def show(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table in Markdown; numbers with three places."""
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}")
    for row in rows:
        print(f"| {' | '.join(f'{each:.3f}' if isinstance(each, float) else str(each) for each in row)} |")
    print(flush=True)


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of values and its 95 % interval by Student's t; NaN limits for fewer than two."""
    import numpy as np
    from scipy.stats import t

    count, middle = len(values), float(np.mean(values))
    if count < 2:
        return middle, float("nan"), float("nan")
    half = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return middle, middle - half, middle + half
