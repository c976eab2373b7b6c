"""One checkpoint in a contest: its features grow shell by shell, and order 0 is coded as far as the race has come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.ranking.racing import bounded
from lit_hf.records.entry import Entry
from lit_hf.runtime.cache import cache_root, digest_of, write_json
from lit_hf.selection.curve_file import cut, load_curve, save_curve
from lit_hf.selection.stopwatch import Stopwatch

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.codes.prequential import Coder
    from lit_hf.evaluation.job import Job
    from lit_hf.features import Features
    from lit_hf.ranking.racing import Verdict
    from lit_hf.records.store import ResultsStore


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
    """A checkpoint that is being ranked; `error` says why it is out of the contest, if it is.

    `stored`: what an earlier contest coded of it. `exit`: who it was dropped against in the race, and the verdict.
    """

    job: Job
    id: str
    watch: Stopwatch
    stored: Entry | None = None
    error: str | None = None
    elimination: tuple[Candidate, Verdict] | None = None
    entry: Entry | None = None
    transfer: dict[str, Any] | None = None
    _rows: GrowingRows | None = None
    _coder: Coder | None = None
    _curve: Curve | None = field(default=None, repr=False)
    _truncated: float = 0.0

    def anew(self, store: ResultsStore) -> Candidate:
        """Return the same entrant before a contest, with its features, its coder, and what is stored of it by now."""
        found = store.get(self.id)
        self.stored = found if isinstance(found, Entry) else None
        self.error = self.elimination = self.entry = self.transfer = None
        return self

    @property
    def complete(self) -> bool:
        """Whether all its labels were coded in all orders before this contest began."""
        return self.stored is not None and self.stored.complete

    @property
    def rows(self) -> GrowingRows:
        """The feature rows as far as they are embedded."""
        if self._rows is None:
            self._rows = GrowingRows(self.job.task.row_count, self.job.encoder.info.dim)
        return self._rows

    def knows(self, labels: int) -> bool:
        """Whether the first `labels` of order 0 were coded by an earlier contest."""
        return self.stored is not None and len(self.stored.arrays["labels"]) >= labels

    def embed(self, groups: int) -> None:
        """Have the features of the first `groups` of the stream."""
        task = self.job.task
        name = self.job.encoder.info.id
        self.watch.on = True
        try:
            self.rows.found = self.job.features(self.job.encoder, task.inputs, groups, f"embed {groups:,} with {name}")
        finally:
            self.watch.on = False

    def code(self, labels: int) -> None:
        """Code order 0 up to `labels`, where an increment ends; the features must be there."""
        if self.knows(labels):
            return
        if self._coder is None:
            self._coder = self._make_coder()
        self._coder.advance(to=labels)
        self._curve = self._coder.curve()

    def group_bits(self, labels: int) -> np.ndarray:
        """Return what each of the first groups cost in order 0, bounded, float64 [groups]."""
        from lit_hf.measures.intervals import by_group

        task = self.job.task
        if self.knows(labels) and self.stored is not None:
            paid = self.stored.arrays["bits_encoder"][0][:labels]
        else:
            paid = self.curve.bits[:labels]
        return bounded(by_group(paid, task.groups[:labels]), len(task.classes))

    @property
    def curve(self) -> Curve:
        """What was paid in order 0 so far, in this contest."""
        if self._curve is None:
            raise ValueError("nothing was coded in this contest")
        return self._curve

    @property
    def truncated(self) -> float:
        """Share of the embedded inputs that lost tokens."""
        found = self.rows.found
        return self._truncated if found is None else found.truncated / max(found.embedded, 1)

    def raced_file(self, labels: int) -> Path:
        """Where the curve of the first `labels` of order 0 lies in the cache once a worker has coded them."""
        return cache_root(self.job.settings.cache_dir) / "races" / self.id / f"{labels}.npz"

    def keep_raced(self, labels: int) -> None:
        """Write the curve up to `labels` where other processes find it."""
        save_curve(self.raced_file(labels), cut(self.curve, labels), self.truncated)

    def fetch_raced(self, labels: int) -> bool:
        """Take the curve that a worker wrote; False when it is not there."""
        if self.knows(labels):
            return True
        found = load_curve(self.raced_file(labels))
        if found is not None:
            self._curve, self._truncated = found
        return found is not None

    @property
    def raced_to_the_end(self) -> bool:
        """Whether order 0 was coded to its end in this contest."""
        return self._curve is not None and len(self._curve.bits) == len(self.job.task.labels)

    @property
    def speed(self) -> float | None:
        """Texts embedded per second: measured now, or when this machine last embedded with this checkpoint."""
        settings = self.job.settings
        note = cache_root(settings.cache_dir) / "speeds" / f"{digest_of(dict(self.job.encoder.key))}.json"
        measured = self.watch.per_second
        if measured is not None:
            write_json(note, {"texts_per_second": measured})
            return measured
        return float(json.loads(note.read_text())["texts_per_second"]) if note.is_file() else None

    def _make_coder(self) -> Coder:
        from lit_hf.codes.prequential import Coder
        from lit_hf.coding.rules import prepare_order

        job, task = self.job, self.job.task
        classes = len(task.classes)
        order = prepare_order(
            self.rows, task.groups, classes, number=0, seed=job.settings.seed, device=job.device, rows=task.feature_rows
        )
        return Coder(order.stream, task.labels[order.index], order.groups, order.code, classes, index=order.index)


def running(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that have neither failed nor been dropped."""
    return [candidate for candidate in candidates if candidate.error is None and candidate.elimination is None]
