"""The perceptron for numbers: it predicts a location, and its scale is that of its own past prequential residuals."""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Block, Prefix
from lit_hf.probes.mlp import Perceptron
from lit_hf.probes.number import NumberProbe
from lit_hf.probes.window import Window

CLIP = 3.0  # of a residual: Huber's loss, so that an outlier does not undo what was learned


class _Squared(Perceptron):
    """A perceptron with one output that follows Huber's loss."""

    def locations(self, rows: Tensor) -> Tensor:
        """Return the predictions [b] of the averaged weights; 0 before the first step."""
        if not self._steps:
            return torch.zeros(len(rows), device=rows.device)
        first, first_bias, second, second_bias = self._parts(self._average)
        hidden = torch.relu(torch.addmm(first_bias, self._standard(rows), first))
        return torch.addmm(second_bias, hidden, second)[:, 0]

    def _residual(self, scores: Tensor, labels: Tensor) -> Tensor:
        return (scores - labels[:, None]).clamp(-CLIP, CLIP)


class NumberPerceptron(NumberProbe):
    """One expert. Its residuals are normal of unknown variance: Student's t with a degree of freedom for each."""

    learned = ("_net", "_window", "_count", "_spread")

    def __init__(self, dim: int, *, hidden: int = 256, seed: int = 0, device: torch.device | str = "cpu") -> None:
        self._net = _Squared(dim, 1, hidden=hidden, seed=seed, device=device)
        self.names = self._net.names
        self._window = Window()
        self._count, self._spread = 0, 1.0

    def predict(self, block: Block) -> Tensor:
        return self.offer(block)[0]

    def offer(self, block: Block) -> tuple[Tensor, Tensor]:
        """Return the prediction, and beside it the locations [b], whose residuals the scale is learned from."""
        location = self._net.locations(block.inputs)
        scale = torch.full_like(location, self._spread)
        found = torch.stack([location, scale, torch.full_like(location, 2.0 + self._count)])[:, None]
        return found, location

    def observe(self, block: Block, note: Tensor) -> None:
        self._window.put(note, block.start)

    def learn(self, prefix: Prefix) -> None:
        self._net.learn(prefix)
        past, labels = self._window.past(prefix)
        self._count = len(past)
        self._spread = float(((2 + (labels - past).square().sum()) / (2 + self._count)).sqrt())
