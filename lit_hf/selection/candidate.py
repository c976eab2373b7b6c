"""One checkpoint in a selection: its features grow shell by shell, and orders are coded as far as was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.coding.order import Code, Order
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


@dataclass(frozen=True)
class Reach:
    """How far a race brought a checkpoint: the first `labels`, which are `groups`, coded in so many `orders` of them.

    `left`: it left on the way, against the one whose record is `leader`. Nothing of the rest is known, or shown.
    """

    labels: int
    groups: int
    orders: int
    left: bool
    leader: str


@dataclass
class Candidate:
    """A checkpoint that is being ranked; `error` says why it is out of the selection, if it is.

    `tokens`: of an input, on average. `stored`: what an earlier selection coded of it. `reach`: how far the race went
    for it; None: it is coded to the end. `record`: of what was coded; `whole`: of all labels, where it went on after
    the race to be coded to the end.
    """

    job: Job
    id: str
    stopwatch: Stopwatch
    tokens: float = 1.0
    stored: Record | None = None
    error: str | None = None
    reach: Reach | None = None
    record: Record | None = None
    whole: Record | None = None
    transfer: dict[str, Any] | None = None
    _rows: GrowingRows | None = None
    _coder: OrderCoder | None = field(default=None, repr=False)
    _curves: dict[tuple[int, int], Curve] = field(default_factory=dict, repr=False)
    _truncated: float = 0.0

    def anew(self, store: ResultsStore) -> Candidate:
        """Return the same one before a selection, with its features, its coders, and what is stored of it by now."""
        self.stored = store.get(self.id)
        self.error = self.reach = self.record = self.whole = self.transfer = None
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

    def knows(self, labels: int, orders: Sequence[int] = (0,)) -> bool:
        """Whether an earlier selection coded the first `labels` in `orders`.

        Order 0 is the stream, so that it is known if more of it is; any other permutes exactly these labels.
        """
        if self.stored is None:
            return False
        count, known = len(self.stored.arrays["labels"]), len(self.stored.arrays["bits_encoder"])
        return (count == labels and max(orders) < known) or (count >= labels and not any(orders))

    def coded(self, labels: int, orders: Sequence[int] = (0,)) -> bool:
        """Whether the first `labels` are coded in `orders`: by an earlier selection, or by this one."""
        found = (self._curves.get((order, labels if order else 0)) for order in orders)
        return self.knows(labels, orders) or all(curve is not None and len(curve.bits) >= labels for curve in found)

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
        """Code the first `labels`, up to where an increment ends, in an order of them; the features must be there."""
        if order:
            examples, numbered = self.arm.examples.first(labels), Order(order, self.job.settings.seed)
            code = Code(device=self.job.code_device)
            self._curves[order, labels] = self.job.task.target.code_order(self.rows, examples, numbered, code)
            return
        self._coder = self._coder or self._make_coder()
        self._coder.advance(to=labels)
        self._curves[0, 0] = self._coder.curve()

    def group_bits(self, labels: int, *, bounded: bool = False) -> np.ndarray:
        """Return what each of the first groups cost in order 0, float64 [groups]; `bounded`: as a proof needs it."""
        from lit_hf.measures.intervals import by_group

        task = self.job.task
        own = self._curves.get((0, 0))
        if self.stored is not None and (own is None or len(own.bits) < labels):
            paid = self.stored.arrays["bits_encoder"][0][:labels]
        else:
            paid = self.curve().bits[:labels]
        found = by_group(paid, task.groups[:labels])
        return task.target.bounded(found) if bounded else found

    def curve(self, order: int = 0, labels: int = 0) -> Curve:
        """Return what was paid in order 0 so far, or in another order of the first `labels`, in this selection."""
        address = (order, labels if order else 0)
        if address not in self._curves:
            raise ValueError("nothing was coded in this selection")
        return self._curves[address]

    @property
    def truncated(self) -> float:
        """Share of the embedded inputs that lost tokens."""
        found = self.rows.found
        return self._truncated if found is None else found.truncated / max(found.embedded, 1)

    def raced_file(self, labels: int, order: int = 0) -> Path:
        """Where the curve of an order of the first `labels` lies in the cache once a worker has coded it."""
        name = f"{labels}-of-{labels}-{order}.npz" if order else f"{labels}.npz"
        return cache_root(self.job.settings.cache_dir) / "races" / self.id / name

    def keep_raced(self, labels: int, order: int = 0) -> None:
        """Write the curve up to `labels` where other processes find it."""
        curve = self.curve(order, labels)
        save_curve(self.raced_file(labels, order), curve if order else cut(curve, labels), self.truncated)

    def fetch_raced(self, labels: int, order: int = 0) -> bool:
        """Take the curve that a worker wrote; False when it is not there."""
        found = load_curve(self.raced_file(labels, order))
        if found is not None:
            self._curves[order, labels if order else 0], self._truncated = found
        return found is not None

    def coded_to_the_end(self, order: int = 0) -> bool:
        """Whether `order` was coded to its end in this selection."""
        size = len(self.job.task.labels)
        found = self._curves.get((order, size if order else 0))
        return found is not None and len(found.bits) == size

    @property
    def weight(self) -> float:
        """What it costs to embed an input: its tokens times the parameters that work on each."""
        return self.tokens * self.job.encoder.info.working

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

    def _make_coder(self) -> OrderCoder:
        job = self.job
        order = Order(0, job.settings.seed)
        return job.task.target.coder(self.rows, self.arm.examples, order, Code(device=job.code_device))


def able(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that have not failed."""
    return [candidate for candidate in candidates if candidate.error is None]


def attempt(candidate: Candidate, work: Callable[[], Any]) -> Any:
    """Do `work`; what it raises, but for an interrupt, becomes the candidate's `error`."""
    try:
        return work()
    except Exception as error:  # whatever one checkpoint does, the others go on
        candidate.error = reason(error)
        candidate.job.encoder.release()
        return None
