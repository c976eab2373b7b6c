"""Linear softmax regression by online gradient descent with replay: one expert for each step size of Adam.

The bank of rates that online coding is usually done with (Bornschein, Li and Hutter 2022); kept as the baseline that
the ridge bank must beat.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.replay import PIECE

START = PIECE
BETAS = (0.9, 0.999)


class AdaptiveLinear(Probe):
    """Inputs [b, dim]. All rates see the same replayed pieces, `passes` rows for each new one; all start at zero."""

    learned = ("_weights", "_first", "_second", "_steps", "_owed", "_generator", "_mean", "_scale")

    def __init__(
        self,
        dim: int,
        classes: int,
        rates: Sequence[float],
        *,
        passes: float = 8.0,
        seed: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        self.names = tuple(f"adam({rate:g})" for rate in rates)
        self._rates = torch.tensor(rates, dtype=torch.float32, device=device)[:, None, None]
        self._weights = torch.zeros(len(rates), dim + 1, classes, device=device)
        self._first, self._second = torch.zeros_like(self._weights), torch.zeros_like(self._weights)
        self._classes, self._passes, self._steps, self._owed = classes, passes, 0, 0.0
        self._generator = Generator().manual_seed(seed)

    def predict(self, block: Block) -> Tensor:
        if not self._steps:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        return torch.log_softmax(self._design(block.inputs) @ self._weights, -1)

    def learn(self, prefix: Prefix) -> None:
        if prefix.n < START:
            return
        if not self._steps:
            rows = prefix.inputs(0, START)
            variance = rows.var(0)
            self._mean, self._scale = rows.mean(0), (variance + 0.02 * variance.mean() + 1e-12).rsqrt()
        self._owed += self._passes * (prefix.n - prefix.fresh)
        while self._owed >= PIECE:
            self._step(prefix)
            self._owed -= PIECE

    def _design(self, rows: Tensor) -> Tensor:
        return torch.nn.functional.pad((rows - self._mean) * self._scale, (0, 1), value=1.0)

    def _step(self, prefix: Prefix) -> None:
        start = int(torch.randint(0, prefix.n - PIECE + 1, (1,), generator=self._generator))
        rows, labels = prefix.inputs(start, start + PIECE), prefix.labels(start, start + PIECE)
        design = self._design(rows)
        residual = torch.softmax(design @ self._weights, -1) - one_hot(labels, self._classes).to(design.dtype)
        gradient = design.T @ residual / PIECE
        self._steps += 1
        self._first.lerp_(gradient, 1 - BETAS[0])
        self._second.lerp_(gradient.square(), 1 - BETAS[1])
        first = self._first / (1 - BETAS[0] ** self._steps)
        second = self._second / (1 - BETAS[1] ** self._steps)
        self._weights -= self._rates * first / (second.sqrt() + 1e-8)
