"""The prequential loop: predict an increment, pay for its labels, learn them.

`increments_of` is the only place that sees labels in order. It yields the table of predictions of each piece of an
increment and is sent that piece's labels; the sum of bits, the bitstream's encoder and its decoder all stand on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator as Loop
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.curve import Curve
from lit_hf.codes.mixture import LN2
from lit_hf.codes.nulls import beside_nulls
from lit_hf.codes.probe_mixture import Bank, StreamCode, online_code, predict_held_out
from lit_hf.codes.schedule import MARKS
from lit_hf.codes.stream import Stream
from lit_hf.probes.contract import Block, Prefix

CHUNK = 4096  # rows of an increment that are predicted in one go


@dataclass(frozen=True)
class Chunk:
    """Predictions for rows [start, stop), all made from what was learned before the increment began.

    table: natural-log probabilities float32 [b, C] of the probes together; experts: the same [E, b, C] of everything
    beneath; weights: float64 [P], how the learner's parts are mixed. Of numbers, both are predictive distributions.
    """

    start: int
    stop: int
    table: Any
    experts: Any
    weights: np.ndarray


@torch.no_grad()
def increments_of(
    stream: Stream, code: StreamCode, held_out: Tensor | None = None, kept: dict[int, Any] | None = None
) -> Loop[Chunk, np.ndarray, None]:
    """Yield pieces, be sent their labels int64 [b], learn at the end of each increment.

    The first increment is coded before any probe has learned; it fixes the scale of the stream.
    """
    learner = code.learner
    labels = torch.empty(stream.n, dtype=torch.int64, device=stream.device)
    for low, high in code.spans:
        likelihood = torch.zeros(len(learner.names), dtype=torch.float64, device=stream.device)
        for start in range(low, high, CHUNK):
            stop = min(start + CHUNK, high)
            table, experts = learner.predict(Block(stream.inputs(start, stop), start))
            sent = yield Chunk(start, stop, table, experts, learner.weights())
            labels[start:stop] = torch.as_tensor(sent)
            likelihood += _likelihood(experts, labels[start:stop])
        if low == 0 and code.scaled:
            stream.fix_scale(high)
        if high < stream.n or held_out is not None:
            learner.learn(Prefix(stream.inputs, lambda a, b: labels[a:b], high, low), likelihood)
        if held_out is not None and kept is not None and (high in MARKS or high == stream.n):
            found = predict_held_out(learner, Block(stream.scaled(held_out), high))[0]
            kept[high] = found.cpu().numpy() if isinstance(found, Tensor) else found


def _likelihood(experts: Any, labels: Tensor) -> Tensor:
    """Return the log likelihood [E] (nats) of `labels` [b] under tables [E, b, C], or under what gives `scores`."""
    if not isinstance(experts, Tensor):
        return torch.as_tensor(experts.scores(labels.cpu()).sum(1), device=labels.device)
    where = labels.expand(len(experts), -1)[..., None]
    return experts.gather(2, where)[..., 0].sum(1, dtype=torch.float64)


class Coder:
    """Codes one order, as far as it is told to: `advance(to=n)`, then `curve()`; `advance()` codes the rest.

    labels: int64 [N] by position; groups: int64 [N], non-decreasing: rows of a group are coded together and learned
    after it. how: the bank of the online code, or any `StreamCode`. index: int64 [N], the example at each position.
    held_out: rows [H, d] to predict after 100, 500, 2,000 and all labels.
    """

    def __init__(
        self, stream: Stream, labels: np.ndarray, groups: np.ndarray, how: Bank | StreamCode, classes: int, *,
        index: np.ndarray | None = None, held_out: Tensor | None = None,
    ) -> None:  # fmt: skip
        self._labels, self._groups, self._classes = labels, groups, classes
        self._index = np.arange(stream.n) if index is None else index
        self._code = how if isinstance(how, StreamCode) else online_code(how, classes, groups, stream.device)
        self._held_out: dict[int, Any] = {}
        self._loop = increments_of(stream, self._code, held_out, self._held_out)
        self._paid = np.empty(stream.n)
        self._confidence, self._correct = np.empty(stream.n, np.float32), np.empty(stream.n, bool)
        self._edges, self._rows, self._weights = [0], list[np.ndarray](), list[np.ndarray]()
        self._piece: Chunk | None = None
        self._ends = [stop for _, stop in self._code.spans]

    @property
    def coded(self) -> int:
        """Labels coded so far."""
        return self._edges[-1]

    def advance(self, to: int | None = None) -> int:
        """Code all increments that end at or before position `to` (default: the end); return the labels coded."""
        limit = len(self._labels) if to is None else to
        while self.coded < limit and self._ends[bisect_right(self._ends, self.coded)] <= limit:
            chunk = next(self._loop) if self._piece is None else self._loop.send(self._now(self._piece))
            self._pay(chunk)
            self._piece = chunk
        if self.coded == len(self._labels) and self._piece is not None:
            with suppress(StopIteration):  # the last labels are learned for the held-out predictions
                self._loop.send(self._now(self._piece))
            self._piece = None
        return self.coded

    def _now(self, chunk: Chunk) -> np.ndarray:
        return self._labels[chunk.start : chunk.stop]

    def _pay(self, chunk: Chunk) -> None:
        now = self._now(chunk)
        where = torch.as_tensor(now, device=chunk.experts.device).expand(len(chunk.experts), -1)[..., None]
        rows = slice(chunk.start, chunk.stop)
        self._paid[rows] = _bits(chunk.table, now)
        surest, likeliest = chunk.table.max(1)
        self._confidence[rows], self._correct[rows] = surest.exp().cpu().numpy(), likeliest.cpu().numpy() == now
        self._rows.append(-chunk.experts.gather(2, where)[..., 0].sum(1, dtype=torch.float64).cpu().numpy() / LN2)
        self._weights.append(chunk.weights)
        self._edges.append(chunk.stop)

    def curve(self) -> Curve:
        """Return what was paid so far."""
        n, learner = self.coded, self._code.learner
        found = Curve(
            bits=self._paid[:n].copy(),
            index=self._index[:n],
            groups=self._groups[:n],
            edges=np.array(self._edges),
            names=learner.names,
            expert_bits=np.array(self._rows),
            parts=learner.parts,
            weights=np.array(self._weights),
            held_out=self._held_out,
            confidence=self._confidence[:n],
            correct=self._correct[:n],
        )
        return beside_nulls(found, self._labels[:n], self._classes) if self._code.nulls else found


def _bits(table: Tensor, labels: np.ndarray) -> np.ndarray:
    """Return what `labels` [b] cost under `table` [b, C], float64 bits."""
    where = torch.as_tensor(labels, device=table.device)[:, None]
    return -table.gather(1, where)[:, 0].double().cpu().numpy() / LN2
