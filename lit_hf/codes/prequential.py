"""The prequential loop: predict an increment, pay for its labels, learn them.

`_increments` is the only place that sees labels in order. It yields the table of predictions of each piece of an increment and is
sent that piece's labels; the sum of bits, the bitstream's encoder and its decoder all stand on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator as Loop
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.baselines import class_prior_bits, group_starts
from lit_hf.codes.curve import Curve
from lit_hf.codes.mixture import LN2, Switching, Top
from lit_hf.codes.schedule import MARKS, increments
from lit_hf.codes.stream import Stream
from lit_hf.probes.contract import Block, Prefix, Probe

NULLS = ("uniform", "class prior")
PIECE = 8192  # rows of an increment that are predicted in one go


class Bank(Protocol):
    """Probes in families and the stacker over them (lit_hf/probes/bank.py)."""

    @property
    def families(self) -> tuple[Probe, ...]: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def stacker(self) -> Probe: ...


@dataclass(frozen=True)
class Piece:
    """Predictions for rows [start, stop), all made from what was learned before the increment began.

    table: natural-log probabilities float32 [b, C] of the probes together; experts: the same [E, b, C] of everything beneath.
    """

    start: int
    stop: int
    table: Tensor
    experts: Tensor
    weights: np.ndarray


@dataclass
class Readout:
    """The bank's two levels of mixing: experts within a family, then families and the stacker."""

    bank: Bank
    classes: int
    device: torch.device
    within: list[Switching] = field(init=False)
    across: Switching = field(init=False)

    def __post_init__(self) -> None:
        families = len(self.bank.families)
        self.within = [Switching.even(len(family.names), self.device) for family in self.bank.families]
        prior = torch.full((families + 1,), 0.5 / families, dtype=torch.float64, device=self.device)
        prior[-1] = 0.5
        self.across = Switching(prior)

    @property
    def parts(self) -> tuple[str, ...]:
        return (*self.bank.kinds, *self.bank.stacker.names)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for family in self.bank.families for name in family.names) + self.parts

    def predict(self, block: Block) -> tuple[Tensor, Tensor]:
        """Return the mixture [b, C] and all experts [E, b, C]: single probes, families, stacker."""
        single = [family.predict(block) for family in self.bank.families]
        mixed = torch.stack([node.mix(table) for node, table in zip(self.within, single, strict=True)])
        stacked = self.bank.stacker.predict(Block(mixed.transpose(0, 1), block.start))
        level = torch.cat([mixed, stacked])
        return self.across.mix(level), torch.cat([*single, level])

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Move all weights by the experts' log likelihood [E] of the increment, then let every probe learn it."""
        sizes = [len(family.names) for family in self.bank.families]
        for node, part in zip(self.within, likelihood[: sum(sizes)].split(sizes), strict=True):
            node.update(part)
        self.across.update(likelihood[sum(sizes) :])
        for family in self.bank.families:
            family.learn(prefix)
        self.bank.stacker.learn(prefix)


@torch.no_grad()
def _increments(
    stream: Stream, groups: np.ndarray, readout: Readout, held_out: Tensor | None, kept: dict[int, np.ndarray]
) -> Loop[Piece, np.ndarray, None]:
    """Yield pieces, be sent their labels int64 [b], learn at the end of each increment.

    The first increment is coded before any probe has learned; it fixes the scale of the stream.
    """
    labels = torch.empty(stream.n, dtype=torch.int64, device=stream.device)
    for low, high in increments(groups):
        likelihood = torch.zeros(len(readout.names), dtype=torch.float64, device=stream.device)
        for start in range(low, high, PIECE):
            stop = min(start + PIECE, high)
            table, experts = readout.predict(Block(stream.inputs(start, stop), start))
            weights = readout.across.log_weights.exp().cpu().numpy()
            sent = yield Piece(start, stop, table, experts, weights)
            labels[start:stop] = torch.as_tensor(sent)
            where = labels[start:stop].expand(len(experts), -1)[..., None]
            likelihood += experts.gather(2, where)[..., 0].sum(1, dtype=torch.float64)
        if low == 0:
            stream.fix_scale(high)
        if high < stream.n or held_out is not None:
            readout.learn(Prefix(stream.inputs, lambda a, b: labels[a:b], high, low), likelihood)
        if held_out is not None and (high in MARKS or high == stream.n):
            kept[high] = _predict_held_out(stream, readout, held_out, high)


def _predict_held_out(stream: Stream, readout: Readout, rows: Tensor, n: int) -> np.ndarray:
    """Return log probabilities [H, C]; the windows of past predictions must not see these rows, so copies predict."""
    import copy

    return copy.deepcopy(readout).predict(Block(stream.scaled(rows), n))[0].cpu().numpy()


class Coder:
    """Codes one order, as far as it is told to: `advance(to=n)`, then `curve()`; `advance()` codes the rest.

    labels: int64 [N] by position; groups: int64 [N], non-decreasing: rows of a group are coded together and learned after it.
    index: int64 [N], the example at each position. held_out: rows [H, d] to predict after 100, 500, 2,000 and all labels.
    """

    def __init__(
        self, stream: Stream, labels: np.ndarray, groups: np.ndarray, bank: Bank, classes: int, *,
        index: np.ndarray | None = None, held_out: Tensor | None = None,
    ) -> None:  # fmt: skip
        self._labels, self._groups, self._classes = labels, groups, classes
        self._index = np.arange(stream.n) if index is None else index
        self._readout = Readout(bank, classes, stream.device)
        self._held_out: dict[int, np.ndarray] = {}
        self._loop = _increments(stream, groups, self._readout, held_out, self._held_out)
        self._paid = np.empty(stream.n)
        self._edges, self._rows, self._weights = [0], list[np.ndarray](), list[np.ndarray]()
        self._piece: Piece | None = None
        self._ends = [stop for _, stop in increments(groups)]

    @property
    def coded(self) -> int:
        """Labels coded so far."""
        return self._edges[-1]

    def advance(self, to: int | None = None) -> int:
        """Code all increments that end at or before position `to` (default: the end); return how many labels are coded."""
        limit = len(self._labels) if to is None else to
        while self.coded < limit and self._ends[bisect_right(self._ends, self.coded)] <= limit:
            piece = next(self._loop) if self._piece is None else self._loop.send(self._now(self._piece))
            self._pay(piece)
            self._piece = piece
        if self.coded == len(self._labels) and self._piece is not None:
            with suppress(StopIteration):  # the last labels are learned for the held-out predictions
                self._loop.send(self._now(self._piece))
            self._piece = None
        return self.coded

    def _now(self, piece: Piece) -> np.ndarray:
        return self._labels[piece.start : piece.stop]

    def _pay(self, piece: Piece) -> None:
        now = self._now(piece)
        where = torch.as_tensor(now, device=piece.experts.device).expand(len(piece.experts), -1)[..., None]
        self._paid[piece.start : piece.stop] = _bits(piece.table, now)
        self._rows.append(-piece.experts.gather(2, where)[..., 0].sum(1, dtype=torch.float64).cpu().numpy() / LN2)
        self._weights.append(piece.weights)
        self._edges.append(piece.stop)

    def curve(self) -> Curve:
        """Return what was paid so far."""
        n, edges = self.coded, np.array(self._edges)
        labels, groups = self._labels[:n], self._groups[:n]
        bits, share = _with_nulls(self._paid[:n], labels, groups, self._classes)
        null = np.add.reduceat(class_prior_bits(labels, self._classes, groups), edges[:-1])
        top = share[:, edges[:-1]].T
        return Curve(
            bits=bits,
            index=self._index[:n],
            groups=groups,
            edges=edges,
            names=(*self._readout.names, *NULLS),
            expert_bits=np.column_stack([np.array(self._rows), np.diff(edges) * np.log2(self._classes), null]),
            parts=(*self._readout.parts, *NULLS),
            weights=np.column_stack([np.array(self._weights) * top[:, 2:], top[:, :2]]),
            held_out=self._held_out,
        )


def _bits(table: Tensor, labels: np.ndarray) -> np.ndarray:
    """Return what `labels` [b] cost under `table` [b, C], float64 bits."""
    where = torch.as_tensor(labels, device=table.device)[:, None]
    return -table.gather(1, where)[:, 0].double().cpu().numpy() / LN2


def _with_nulls(
    probes: np.ndarray, labels: np.ndarray, groups: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return bits [N] of the top Bayes node and its weights [3, N] (uniform, class prior, probes) before each label.

    The closed form of `Top`: weights are the prior times two to the minus bits paid until the label's group began.
    """
    parts = np.stack([np.full(len(labels), np.log2(classes)), class_prior_bits(labels, classes, groups), probes])
    before = (np.cumsum(parts, 1) - parts)[:, group_starts(groups)]
    logs = np.log2(np.array(Top.PRIOR))[:, None] - before
    weights = np.exp2(logs - logs.max(0))
    weights /= weights.sum(0)
    return -np.log2((weights * np.exp2(-parts)).sum(0)), weights
