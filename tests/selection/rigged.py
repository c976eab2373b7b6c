"""A backend whose checkpoints are real and whose losses are given: races through the product, of a known answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lit_hf.codes.curve import Curve
from lit_hf.selection.candidate import Candidate, Reach
from lit_hf.selection.local import Local


@dataclass(frozen=True)
class Rigged(Local):
    """Candidate k, in the order of the plan, has `rows[k]` for losses and fails where it is asked for `fails[k]`.

    `fails`: (labels, order), from which on it fails. `asked`: what each call asked of whom.
    """

    rows: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    fails: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    asked: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def finish(self, candidates: Sequence[Candidate], transfer: bool) -> None:
        """Make records of what was given, without held-out examples."""
        assert not transfer, "nothing is known of twins"
        whole = [candidate for candidate in candidates if candidate.reach is None and candidate.error is None]
        for candidate in whole:
            labels, orders = len(candidate.job.task.labels), candidate.job.settings.orders
            self.advance([candidate], labels, range(orders))
            candidate.reach = Reach(labels, candidate.job.task.group_count, orders, False, "")
        super().finish(candidates, transfer)
        for candidate in whole:
            candidate.reach = None

    def advance(self, candidates: Sequence[Candidate], n: int, orders: Sequence[int] = (0,)) -> None:
        """Give the losses that were asked for."""
        behind = [candidate for candidate in candidates if not candidate.coded(n, orders)]
        if behind:
            self.asked.append((n, tuple(_name(candidate) for candidate in behind)))
        for candidate in behind:
            labels, order = self.fails.get(_name(candidate), (1 << 40, 0))
            if n >= labels and order in orders:
                candidate.error = "it broke"
                continue
            for each in orders:
                losses = self.rows[self.names.index(_name(candidate)), :n]
                candidate._curves[each, n if each else 0] = _curve(losses, each)


def _name(candidate: Candidate) -> str:
    return candidate.job.encoder.info.id.rsplit("/", 1)[-1]


def _curve(losses: np.ndarray, order: int) -> Curve:
    index = np.random.default_rng(order).permutation(len(losses)) if order else np.arange(len(losses))
    return Curve(
        losses[index], index, index if order else np.arange(len(losses)), np.array([0, len(losses)]), ("one",),
        losses.sum(keepdims=True)[:, None], ("one",), np.ones((1, 1)),
    )  # fmt: skip
