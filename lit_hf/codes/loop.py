"""The prequential loop: predict an increment, pay for its labels, learn them.

`Loop` is the only place that sees labels in order. It gives the predictions for each piece of an increment and is told
that piece's labels; the sum of bits, the public iterator, the bitstream's encoder and its decoder all stand on it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.probe_mixture import Prediction, StreamCode
from lit_hf.codes.schedule import MARKS
from lit_hf.codes.stream import Stream
from lit_hf.probes.contract import Block

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


class Loop:
    """One stream being coded: ask `predict()` for the next piece, tell `pay(labels)` what it was, until `done`.

    A piece is at most `CHUNK` rows of an increment. All of an increment is learned when its last piece was paid; the
    first one is coded before any probe has learned, and fixes the scale of the stream. held_out: inputs to predict
    after 100, 500, 2,000 and all labels; `kept` has the predictions by number of labels.
    """

    def __init__(self, stream: Stream, code: StreamCode, held_out: Block | None = None) -> None:
        self.stream, self._code, self._learner, self._held_out = stream, code, code.learner, held_out
        self._labels = torch.empty(stream.n, dtype=torch.int64, device=stream.device)
        self._ends = [stop for _, stop in code.spans]
        self._asked: tuple[Block, Prediction] | None = None
        self._likelihood: Tensor | None = None
        self.at = 0
        """Labels paid so far."""
        self.kept: dict[int, Any] = {}

    @property
    def done(self) -> bool:
        """Whether all labels are paid."""
        return self.at == self.stream.n

    def state(self) -> dict[str, Any]:
        """Return what has come of the loop, as plain data; between increments only."""
        if self._likelihood is not None:
            raise RuntimeError("the loop has a state between increments, and one is half paid")
        kept = {
            mark: torch.from_numpy(one) if isinstance(one, np.ndarray) else one.plain()
            for mark, one in self.kept.items()
        }
        learner, stream = self._learner.state(), self.stream.state()
        return {"labels": self._labels[: self.at].clone(), "kept": kept, "learner": learner, "stream": stream}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`; the stream and the code must be those of the loop that had it."""
        self._asked = self._likelihood = None
        self.at = len(state["labels"])
        self._labels[: self.at] = state["labels"]
        self._learner.restore(state["learner"])
        self.stream.restore(state["stream"])
        self.kept = {mark: one.numpy() if isinstance(one, Tensor) else one for mark, one in state["kept"].items()}

    def _span(self) -> tuple[int, int]:
        return self._code.spans[bisect_right(self._ends, self.at)]

    @torch.no_grad()
    def predict(self) -> Chunk:
        """Return the predictions for the next piece; asking again gives the same."""
        start, stop = self.at, min(self.at + CHUNK, self._span()[1])
        block = self.stream.block(start, stop)
        found = self._learner.predict(block)
        self._asked = block, found
        return Chunk(start, stop, found.table, found.experts, self._learner.weights())

    @torch.no_grad()
    def pay(self, labels: np.ndarray) -> None:
        """Take the `labels` int64 [b] of the piece that was predicted last, and learn the increment if it ends."""
        if self._asked is None:
            raise RuntimeError("labels are paid after their predictions: call predict() first")
        (block, found), self._asked = self._asked, None
        (low, high), stop = self._span(), self.at + len(labels)
        self._labels[self.at : stop] = torch.as_tensor(labels)
        if self._likelihood is None:
            self._likelihood = torch.zeros(len(self._learner.names), dtype=torch.float64, device=self.stream.device)
        self._likelihood += _likelihood(found.experts, self._labels[self.at : stop])
        self._learner.observe(block, found)
        self.at = stop
        if stop == high:
            self._learn(low, high, self._likelihood)
            self._likelihood = None

    def _learn(self, low: int, high: int, likelihood: Tensor) -> None:
        if low == 0 and self._code.scaled:
            self.stream.fix_scale(high)
        if high < self.stream.n or self._held_out is not None:
            self._learner.learn(self.stream.prefix(lambda a, b: self._labels[a:b], high, low), likelihood)
        if self._held_out is not None and (high in MARKS or high == self.stream.n):
            found = self._learner.predict(self.stream.beside(self._held_out, high)).table
            self.kept[high] = found.cpu().numpy() if isinstance(found, Tensor) else found


def _likelihood(experts: Any, labels: Tensor) -> Tensor:
    """Return the log likelihood [E] (nats) of `labels` [b] under tables [E, b, C], or under what gives `scores`."""
    if not isinstance(experts, Tensor):
        return torch.as_tensor(experts.scores(labels.cpu()).sum(1), device=labels.device)
    where = labels.expand(len(experts), -1)[..., None]
    return experts.gather(2, where)[..., 0].sum(1, dtype=torch.float64)
