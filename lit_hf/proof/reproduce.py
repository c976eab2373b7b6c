"""A result computed once more from nothing, and held against the record number by number and example by example."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.evaluation.run import run
from lit_hf.proof.verify import settings_of
from lit_hf.records.made_of import MadeOf
from lit_hf.records.record import Record, plain
from lit_hf.runtime.progress import Progress

SCHEMA = "lit-hf/reproduce/1"
RESULTS = (
    "transfer", "codelength", "baselines", "measures", "holdout", "curve", "coder", "layers", "transfer_from_base",
)  # fmt: skip
"""Sections of a record that hold what was measured; the others say of what, where and when."""
HEADLINES = (
    "transfer.bits", "codelength.bits", "baselines.random_twin.bits", "baselines.raw_input.bits",
    "baselines.class_prior.bits", "holdout.value",
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A value of the record, by the names that lead to it, and the one that was computed now."""

    name: str
    before: Any
    now: Any

    @property
    def difference(self) -> float | None:
        """Now less before; None where one of them is no number."""
        numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (self.before, self.now))
        return float(self.now - self.before) if numbers else None


@dataclass(frozen=True)
class Reproduction:
    """What came out.

    examples: how many examples' bits were held against each other; 0 for a record without its arrays.
    most: the largest difference of one example in one order and arm, in bits; None where there is nothing to compare.
    """

    record: str
    model: str
    dataset: str
    bits_before: float
    bits_now: float
    differing: tuple[Number, ...]
    examples: int
    most: float | None

    @property
    def identical(self) -> bool:
        """Whether every number is the same float."""
        return not self.differing and not self.most

    @property
    def headlines(self) -> list[Number]:
        """Those that differ and stand on the screen of a result."""
        return [each for each in self.differing if each.name in HEADLINES]


def reproduce(folder: Path, *, allow_changed: bool = False, progress: Progress | None = None) -> Reproduction:
    """Compute the record in `folder` anew, features too, in an empty store, and compare; nothing is kept.

    Raises `RecordChanged` where the record does not fit its parts, `LacksPart` where it is no evaluation, and
    `MadeOfOther` where data or checkpoint are not those that it was made of, unless `allow_changed`.
    """
    record = Record.load(folder)
    made = dataclasses.replace(MadeOf.of(record.data), allow=allow_changed)
    settings = settings_of(record, folder)
    with tempfile.TemporaryDirectory(prefix="lit-hf-reproduce-") as store:
        return compare(record, run(settings.replace(cache_dir=store), progress=progress, made_of=made))


def compare(record: Record, again: Record) -> Reproduction:
    """Hold two results of one job against each other; a value that is not there any more differs."""
    before, now = (dict(_values({name: each.data.get(name) for name in RESULTS}, "")) for each in (record, again))
    differing = [
        Number(name, value, now.get(name))
        for name, value in before.items()
        if value is not None and value != now.get(name)
    ]
    return Reproduction(
        record["id"], record["model"]["id"], record["dataset"]["id"], record.codelength, again.codelength,
        tuple(differing), len(record.arrays.get("labels", ())), _most(record, again),
    )  # fmt: skip


def _most(record: Record, again: Record) -> float | None:
    """Return the largest difference of an example's bits; infinite where the examples are not the same ones."""
    arms = [name for name in ("bits_encoder", "bits_baseline", "bits_raw") if name in record.arrays]
    if not arms:
        return None
    for name in ("labels", "order", *arms):
        if name not in again.arrays or np.shape(record.arrays[name]) != np.shape(again.arrays[name]):
            return float("inf")
    if not all(np.array_equal(record.arrays[name], again.arrays[name]) for name in ("labels", "order")):
        return float("inf")
    return max(float(np.abs(record.arrays[name] - again.arrays[name]).max()) for name in arms)


def _values(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield each value below `value` with the names that lead to it; of lists, the lists."""
    value = plain(value)
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _values(each, f"{where}.{name}" if where else name)
    else:
        yield where, value
