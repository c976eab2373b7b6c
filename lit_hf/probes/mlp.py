"""A perceptron with one hidden layer, trained by replay with AdamW; predictions come from an average of its weights.

Polyak averaging over the last steps: Bornschein, Li and Hutter (2022), arXiv 2210.07931, find that averaged weights
and replay make the shortest online codes. The output layer starts at zero, so the first prediction is uniform.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.replay import PIECE

BATCH = 2  # pieces in a step
START = 128  # rows before the first step
FIRST_PASSES = 8  # passes over the first rows
BETAS = (0.9, 0.999)
FORGET = 0.02  # the average forgets over about 1 / FORGET steps


class Perceptron(Probe):
    """One expert with `hidden` units. Inputs [b, dim]. Each new row is followed by `passes` replayed rows."""

    learned = ("_weights", "_average", "_first", "_second", "_steps", "_owed", "_generator", "_mean", "_scale")

    def __init__(
        self,
        dim: int,
        classes: int,
        *,
        hidden: int = 256,
        passes: float = 4.0,
        rate: float = 1e-3,
        decay: float = 0.05,
        dropout: float = 0.2,
        seed: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        self.names = (f"mlp({hidden})",)
        self._classes, self._passes, self._dropout = classes, passes, dropout
        self._rate, self._decay = rate, decay
        self._generator = Generator().manual_seed(seed)
        self._shapes = ((dim, hidden), (hidden,), (hidden, classes), (classes,))
        self._weights = torch.zeros(sum(math.prod(shape) for shape in self._shapes), device=device)
        self._parts(self._weights)[0].copy_(torch.randn(dim, hidden, generator=self._generator) * dim**-0.5)
        self._average = self._weights.clone()
        self._first, self._second = torch.zeros_like(self._weights), torch.zeros_like(self._weights)
        self._steps, self._owed = 0, 0.0

    def predict(self, block: Block) -> Tensor:
        if not self._steps:
            return uniform(1, len(block.inputs), self._classes, block.inputs)
        first, first_bias, second, second_bias = self._parts(self._average)
        hidden = torch.relu(torch.addmm(first_bias, self._standard(block.inputs), first))
        return torch.log_softmax(torch.addmm(second_bias, hidden, second), -1)[None]

    def learn(self, prefix: Prefix) -> None:
        if prefix.n < START:
            return
        if not self._steps:
            self._standardise(prefix.inputs(0, START))
            self._owed = FIRST_PASSES * prefix.n
        else:
            self._owed += self._passes * (prefix.n - prefix.fresh)
        while self._owed >= BATCH * PIECE:
            self._step(prefix)
            self._owed -= BATCH * PIECE

    def _standardise(self, rows: Tensor) -> None:
        variance = rows.var(0)
        self._mean, self._scale = rows.mean(0), (variance + 0.05 * variance.mean() + 1e-12).rsqrt()

    def _standard(self, rows: Tensor) -> Tensor:
        return (rows - self._mean) * self._scale

    def _step(self, prefix: Prefix) -> None:
        """Replay random pieces of the prefix: the rows come in random order already, so a piece is a random sample."""
        starts = torch.randint(0, prefix.n - PIECE + 1, (BATCH,), generator=self._generator).tolist()
        rows = torch.cat([prefix.inputs(start, start + PIECE) for start in starts])
        labels = torch.cat([prefix.labels(start, start + PIECE) for start in starts])
        gradients = self._gradients(self._standard(rows), labels)
        self._adam(torch.cat([gradient.flatten() for gradient in gradients]))
        self._average.lerp_(self._weights, max(1 / self._steps, FORGET))

    def _parts(self, flat: Tensor) -> list[Tensor]:
        """Return the views of one flat vector: weights and biases of both layers."""
        pieces = flat.split([math.prod(shape) for shape in self._shapes])
        return [piece.view(shape) for piece, shape in zip(pieces, self._shapes, strict=True)]

    def _adam(self, gradient: Tensor) -> None:
        """One step of AdamW (Loshchilov and Hutter 2019) on the flat weights."""
        self._steps += 1
        self._first.lerp_(gradient, 1 - BETAS[0])
        self._second.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        scale = (self._second / (1 - BETAS[1] ** self._steps)).sqrt_().add_(1e-8)
        self._weights.mul_(1 - self._rate * self._decay)
        self._weights.addcdiv_(self._first, scale, value=-self._rate / (1 - BETAS[0] ** self._steps))

    def _gradients(self, rows: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the gradients of the mean cross-entropy under dropout, by hand: two layers need no tape."""
        first, first_bias, second, second_bias = self._parts(self._weights)
        active = torch.addmm(first_bias, rows, first).relu_()
        keep = torch.rand(active.shape, generator=self._generator).to(active.device) >= self._dropout
        active = active * keep / (1 - self._dropout)
        residual = self._residual(torch.addmm(second_bias, active, second), labels)
        residual /= len(labels)
        hidden = (residual @ second.T) * (active > 0) / (1 - self._dropout)
        return rows.T @ hidden, hidden.sum(0), active.T @ residual, residual.sum(0)

    def _residual(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the gradient of the summed loss by the scores [m, classes]: cross-entropy."""
        residual = torch.softmax(scores, -1)
        residual[torch.arange(len(labels), device=scores.device), labels] -= 1.0
        return residual
