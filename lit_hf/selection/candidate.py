"""One checkpoint in a selection: its features grow shell by shell, and orders are coded as far as was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.config import outside
from lit_hf.errors import reason
from lit_hf.records.record import Record
from lit_hf.runtime.cache import cache_root, digest_of, write_json
from lit_hf.selection.curve_file import cut, load_curve, save_curve
from lit_hf.selection.stopwatch import Stopwatch

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.evaluation.arms import Arm
    from lit_hf.evaluation.job import Job
    from lit_hf.features import Features
    from lit_hf.ranking.racing import Verdict
    from lit_hf.records.store import ResultsStore
    from lit_hf.tasks.targets import OrderCoder


class GrowingRows:
    """Feature rows [N, d] of which the first ones are there; reading further raises IndexError."""

    def __init__(self, rows: int, dim: int) -> None:
        self.shape = (rows, dim)
        self.found: Features | None = None

    def __getitem__(self, index: slice | np.ndarray) -> np.ndarray:
        if self.found is None:
            raise IndexError("no row is embedded yet")
        return self.found[index]


@dataclass
class Candidate:
    """A checkpoint that is being ranked; `error` says why it is out of the selection, if it is.

    `stored`: what an earlier selection coded of it. `elimination`: who it lost to in the race, and the verdict.
    """

    job: Job
    id: str
    stopwatch: Stopwatch
    stored: Record | None = None
    error: str | None = None
    elimination: tuple[Candidate, Verdict] | None = None
    record: Record | None = None
    transfer: dict[str, Any] | None = None
    _rows: GrowingRows | None = None
    _coders: dict[int, OrderCoder] = field(default_factory=dict, repr=False)
    _curves: dict[int, Curve] = field(default_factory=dict, repr=False)
    _truncated: float = 0.0

    def anew(self, store: ResultsStore) -> Candidate:
        """Return the same one before a selection, with its features, its coders, and what is stored of it by now."""
        self.stored = store.get(self.id)
        self.error = self.elimination = self.record = self.transfer = None
        return self

    @property
    def complete(self) -> bool:
        """Whether all its labels were coded in all orders before this selection began."""
        return self.stored is not None and self.stored.complete

    @property
    def rows(self) -> GrowingRows:
        """The feature rows as far as they are embedded."""
        if self._rows is None:
            self._rows = GrowingRows(self.job.task.row_count, self.job.encoder.info.dim)
        return self._rows

    def knows(self, labels: int, order: int = 0) -> bool:
        """Whether the first `labels` of `order` were coded by an earlier selection."""
        if order:
            return self.complete
        return self.stored is not None and len(self.stored.arrays["labels"]) >= labels

    def embed(self, groups: int) -> None:
        """Have the features of the first `groups` of the stream."""
        task = self.job.task
        name = self.job.encoder.info.id
        self.stopwatch.on = True
        try:
            self.rows.found = self.job.features(self.job.encoder, task.inputs, groups, f"embed {groups:,} with {name}")
        finally:
            self.stopwatch.on = False

    def code(self, labels: int, order: int = 0) -> None:
        """Code `order` up to `labels`, where an increment ends; the features must be there."""
        if self.knows(labels, order):
            return
        if order not in self._coders:
            self._coders[order] = self._make_coder(order)
        self._coders[order].advance(to=labels)
        self._curves[order] = self._coders[order].curve()

    def group_bits(self, labels: int) -> np.ndarray:
        """Return what each of the first groups cost in order 0, bounded, float64 [groups]."""
        from lit_hf.measures.intervals import by_group

        task = self.job.task
        if self.knows(labels) and self.stored is not None:
            paid = self.stored.arrays["bits_encoder"][0][:labels]
        else:
            paid = self.curve().bits[:labels]
        return task.target.bounded(by_group(paid, task.groups[:labels]))

    def curve(self, order: int = 0) -> Curve:
        """Return what was paid in `order` so far, in this selection."""
        if order not in self._curves:
            raise ValueError("nothing was coded in this selection")
        return self._curves[order]

    @property
    def truncated(self) -> float:
        """Share of the embedded inputs that lost tokens."""
        found = self.rows.found
        return self._truncated if found is None else found.truncated / max(found.embedded, 1)

    def raced_file(self, labels: int, order: int = 0) -> Path:
        """Where the curve of the first `labels` of `order` lies in the cache once a worker has coded them."""
        name = f"{labels}-{order}.npz" if order else f"{labels}.npz"
        return cache_root(self.job.settings.cache_dir) / "races" / self.id / name

    def keep_raced(self, labels: int, order: int = 0) -> None:
        """Write the curve up to `labels` where other processes find it."""
        save_curve(self.raced_file(labels, order), cut(self.curve(order), labels), self.truncated)

    def fetch_raced(self, labels: int, order: int = 0) -> bool:
        """Take the curve that a worker wrote; False when it is not there."""
        if self.knows(labels, order):
            return True
        found = load_curve(self.raced_file(labels, order))
        if found is not None:
            self._curves[order], self._truncated = found
        return found is not None

    def coded_to_the_end(self, order: int = 0) -> bool:
        """Whether `order` was coded to its end in this selection."""
        return order in self._curves and len(self._curves[order].bits) == len(self.job.task.labels)

    @property
    def speed(self) -> float | None:
        """Texts embedded per second: measured now, or when this machine last embedded with this checkpoint."""
        settings = self.job.settings
        note = cache_root(settings.cache_dir) / "speeds" / f"{digest_of(dict(self.job.encoder.key))}.json"
        measured = self.stopwatch.per_second
        if measured is not None:
            write_json(note, {"texts_per_second": measured})
            return measured
        with suppress(OSError, ValueError, KeyError, TypeError):  # a damaged note is none
            return float(outside.read_json(note)["texts_per_second"])
        return None

    @property
    def arm(self) -> Arm:
        """The encoder's arm of an evaluation: what a ranking codes, always by the online code."""
        from lit_hf.evaluation.arms import encoder_arm

        return encoder_arm(self.job.task, self.job.encoder, self.job.settings)

    def _make_coder(self, number: int) -> OrderCoder:
        from lit_hf.coding.order import Code, Order

        job, task = self.job, self.job.task
        return task.target.coder(
            self.rows, self.arm.examples, Order(number, job.settings.seed), Code(device=job.code_device)
        )


def running(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that have neither failed nor been eliminated."""
    return [candidate for candidate in candidates if candidate.error is None and candidate.elimination is None]


def attempt(candidate: Candidate, work: Callable[[], Any]) -> Any:
    """Do `work`; what it raises, but for an interrupt, becomes the candidate's `error`."""
    try:
        return work()
    except Exception as error:  # whatever one checkpoint does, the others go on
        candidate.error = reason(error)
        candidate.job.encoder.release()
        return None
