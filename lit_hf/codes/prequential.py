"""What coding an order costs: the prequential loop driven along labels that are known, and what it leaves behind."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.curve import Curve
from lit_hf.codes.loop import Chunk, Loop
from lit_hf.codes.mixture import LN2
from lit_hf.codes.nulls import beside_nulls
from lit_hf.codes.probe_mixture import Bank, StreamCode, online_code
from lit_hf.codes.stream import Stream
from lit_hf.probes.contract import Block

_PAID = ("paid", "confidence", "correct")  # of a `Coder`, by position
_ROWS = ("edges", "rows", "weights")  # by piece


class Coder:
    """Codes one order, as far as it is told to: `advance(to=n)`, then `curve()`; `advance()` codes the rest.

    Between two calls of `advance` it can be stopped: `state()` is all that has come of it, as plain data, and a new
    coder of the same arguments that is given it by `restore(state)`, in any process, goes on with the same floats.

    labels: int64 [N] by position; groups: int64 [N], non-decreasing: rows of a group are coded together and learned
    after it. how: the bank of the online code, or any `StreamCode`. index: int64 [N], the example at each position.
    held_out: rows [H, d] (or a `Block`, with examples) to predict after 100, 500, 2,000 and all labels.
    """

    def __init__(
        self, stream: Stream, labels: np.ndarray, groups: np.ndarray, how: Bank | StreamCode, classes: int, *,
        index: np.ndarray | None = None, held_out: Tensor | Block | None = None,
    ) -> None:  # fmt: skip
        self._labels, self._groups, self._classes = labels, groups, classes
        self._index = np.arange(stream.n) if index is None else index
        self._code = how if isinstance(how, StreamCode) else online_code(how, classes, groups, stream.device)
        self._loop = Loop(stream, self._code, Block(held_out, 0) if isinstance(held_out, Tensor) else held_out)
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
        """StreamCode all increments that end at or before position `to` (default: the end); return the labels coded."""
        limit = len(self._labels) if to is None else to
        while self.coded < limit and self._ends[bisect_right(self._ends, self.coded)] <= limit:
            self._settle()
            self._piece = self._loop.predict()
            self._pay(self._piece)
        if self.coded == len(self._labels):
            self._settle()  # the last labels are learned for the held-out predictions
        return self.coded

    def state(self) -> dict[str, Any]:
        """Return everything that `restore` goes on from, as plain data (`torch.save` writes it)."""
        self._settle()
        n = self.coded
        arrays = {name: torch.from_numpy(getattr(self, f"_{name}")[:n].copy()) for name in _PAID}
        rows = {name: torch.from_numpy(np.array(getattr(self, f"_{name}"))) for name in _ROWS}
        return {"loop": self._loop.state(), **arrays, **rows}

    def restore(self, state: dict[str, Any]) -> None:
        """Become the coder whose `state` this is; the arguments must be those of that coder."""
        self._loop.restore(state["loop"])
        self._piece, n = None, self._loop.at
        for name in _PAID:
            getattr(self, f"_{name}")[:n] = state[name].numpy()
        self._edges = state["edges"].tolist()
        self._rows, self._weights = list(state["rows"].numpy()), list(state["weights"].numpy())

    def _settle(self) -> None:
        """Let the piece that was paid last be learned: not before it must be, for a race may end with it."""
        if self._piece is not None:
            self._loop.pay(self._now(self._piece))
            self._piece = None

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
            held_out=self._loop.kept,
            confidence=self._confidence[:n],
            correct=self._correct[:n],
        )
        return beside_nulls(found, self._labels[:n], self._classes) if self._code.nulls else found


def _bits(table: Tensor, labels: np.ndarray) -> np.ndarray:
    """Return what `labels` [b] cost under `table` [b, C], float64 bits."""
    where = torch.as_tensor(labels, device=table.device)[:, None]
    return -table.gather(1, where)[:, 0].double().cpu().numpy() / LN2
