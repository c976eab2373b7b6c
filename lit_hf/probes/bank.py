"""The default bank: which probes code, as a pure function of (dimension, classes, device), never of the number of
examples.

What each kind earns and costs on real features is measured by `python benchmarks/ablation.py` and shown in
docs/method.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from lit_hf.errors import BadSetting
from lit_hf.probes.calibrated import Calibrated
from lit_hf.probes.contract import Probe
from lit_hf.probes.moments import Moments

VERSION = "2"
KINDS = ("ridge", "discriminant", "prototypes", "neighbours", "fourier", "perceptron")
ALL_KINDS = (*KINDS, "adaptive", "cumulative")
COLUMNS = 64  # penalties times classes of one ridge: with rows and steps capped, this bounds the operations of a refit
OPERATIONS = 12e9  # at most so many multiply-adds for the passes of one refit of one ridge
ROWS = (2048, 16_384)  # least and most rows of the past that a refit looks at

MULTIPLICATIONS = 384 * 16_384  # of one row with those that neighbours are looked for in
NEIGHBOURS = (4096, 16_384)  # least and most of these rows


@dataclass(frozen=True)
class Place:
    """Where a probe is made: its device, and the moments that the probes of a bank share (None: each has its own)."""

    device: str = "cpu"
    moments: Moments | None = None


@dataclass(frozen=True)
class Bank:
    """Probes in families, what calibrates all of them, and the stacker over them."""

    families: tuple[Probe, ...]
    calibrated: Probe
    kinds: tuple[str, ...]
    stacker: Probe
    hash: str


def bank_hash(device: str = "cpu", kinds: Sequence[str] = KINDS) -> str:
    """Return 16 hex digits over the rule by which banks are made; codelengths of different hashes are never compared.

    Dimension and classes are not in it: they belong to the features and the task, and the rule says what follows from
    them.
    """
    rule = f"bank {VERSION}: {' '.join(kinds)}, on {torch.device(device).type}"
    return hashlib.blake2b(rule.encode(), digest_size=8).hexdigest()


def default_bank(dim: int, classes: int, *, device: str = "cpu", kinds: Sequence[str] = KINDS) -> Bank:
    """Return fresh probes for features of `dim` columns and labels of `classes` classes."""
    from lit_hf.probes.stacker import Stacker

    unknown = [kind for kind in kinds if kind not in _BUILDERS]
    if unknown or not kinds:
        raise BadSetting("kinds", ", ".join(unknown), f"some of {', '.join(_BUILDERS)}")
    place = Place(device, Moments(dim, torch.device(device)) if "discriminant" in kinds else None)
    families = tuple(_BUILDERS[kind](dim, classes, place) for kind in kinds)
    stacker = Stacker(len(families), classes, device=device)
    return Bank(families, Calibrated(families), tuple(kinds), stacker, bank_hash(device, kinds))


def rows_of_a_refit(dim: int, columns: int, steps: int) -> int:
    """Return how many rows of the past a ridge refit may look at within `OPERATIONS`."""
    return int(min(max(OPERATIONS / (2 * dim * columns * steps), ROWS[0]), ROWS[1]))


def rows_of_neighbours(dim: int) -> int:
    """Return how many rows neighbours are looked for in within `MULTIPLICATIONS`."""
    return int(min(max(MULTIPLICATIONS // dim, NEIGHBOURS[0]), NEIGHBOURS[1]))


def _penalties(classes: int, grid: Sequence[float]) -> list[float]:
    """Thin the grid when there are many classes: `COLUMNS` bounds penalties * classes, two penalties are the least."""
    count = max(2, min(len(grid), COLUMNS // (1 if classes == 2 else classes)))
    picks = [round(i * (len(grid) - 1) / (count - 1)) for i in range(count)]
    return [grid[i] for i in picks]


def _ridge(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.ridge import RidgeMultinomial

    penalties = _penalties(classes, (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0))
    capacity = rows_of_a_refit(dim, len(penalties) * classes, 3)
    return RidgeMultinomial(dim, classes, penalties, capacity=capacity, moments=place.moments, device=place.device)


def _discriminant(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.discriminant import ShrunkDiscriminant

    amounts, refactor = ((0.5,), 2.0) if dim > 1024 else ((3.0, 1.0, 0.3, 0.1), 1.25)
    return ShrunkDiscriminant(dim, classes, amounts, refactor=refactor, moments=place.moments, device=place.device)


def _neighbours(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.neighbours import Neighbours

    return Neighbours(classes, (8, 32), memory=rows_of_neighbours(dim), device=place.device)


def _fourier(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.fourier import FourierRidge

    penalties = _penalties(classes, (10.0, 100.0, 1000.0))
    capacity = rows_of_a_refit(1024, len(penalties) * classes, 3)
    return FourierRidge(dim, classes, penalties, capacity=capacity, device=place.device)


def _perceptron(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.mlp import Perceptron

    return Perceptron(dim, classes, device=place.device)


def _prototypes(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.prototypes import Prototypes

    return Prototypes(dim, classes, (0.03, 0.1, 0.3), device=place.device)


def _adaptive(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.adaptive import AdaptiveLinear

    return AdaptiveLinear(dim, classes, (3e-4, 1e-3, 3e-3, 1e-2), device=place.device)


def _cumulative(dim: int, classes: int, place: Place) -> Probe:
    from lit_hf.probes.cumulative import CumulativeLogit

    penalties = (10.0, 100.0, 1000.0)
    return CumulativeLogit(
        dim, classes, penalties, capacity=rows_of_a_refit(dim, len(penalties), 4), device=place.device
    )


_BUILDERS: dict[str, Callable[[int, int, Place], Probe]] = {
    "ridge": _ridge,
    "discriminant": _discriminant,
    "neighbours": _neighbours,
    "fourier": _fourier,
    "perceptron": _perceptron,
    "prototypes": _prototypes,
    "adaptive": _adaptive,
    "cumulative": _cumulative,
}
