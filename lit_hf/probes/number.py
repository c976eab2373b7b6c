"""The contract of probes that predict numbers: Student's t for each row, in place of a table over classes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lit_hf.probes.contract import Block, Learning, Prefix
from lit_hf.probes.window import Window

HEAVY = 4.0  # degrees of freedom where residuals have heavy tails
PSEUDO = 4.0  # residuals' worth of belief in the scale that is there already
STEPS = 3


class NumberProbe(Learning):
    """A readout of numbers that learns online; a `Prefix` gives float labels, standardised by the first increment.

    Beside the laws of `Learning`: `predict` gives (location, scale, freedom), float32 [3, len(names), b], with positive
    scale and freedom; before the first `learn` it is `unlearned`.
    """


class Heavy(NumberProbe):
    """`probe`, and each of its experts again with heavy tails whose scale follows its own past prequential residuals.

    The scale multiplies the expert's own: c^2 = (a + sum w z^2) / (a + n), w = (v + 1) / (v + z^2 / c^2), z the
    standardised residual, v = 4 degrees of freedom. Lange, Little and Taylor (1989), "Robust statistical modeling
    using the t distribution".
    """

    learned = ("_probe", "_window", "_factor")

    def __init__(self, probe: NumberProbe) -> None:
        self._probe, self._window = probe, Window()
        self.names = (*probe.names, *(f"{name} heavy" for name in probe.names))
        self._factor = torch.ones(len(probe.names))

    def predict(self, block: Block) -> Tensor:
        return self.offer(block)[0]

    def offer(self, block: Block) -> tuple[Tensor, Any]:
        """Return the predictions, and beside them the probe's own and its note of them."""
        found, note = self._probe.offer(block)
        heavy = found.clone()
        heavy[1] *= self._factor.to(found.device)[:, None]
        heavy[2] = HEAVY
        return torch.cat([found, heavy], 1), (found[:2], note)

    def observe(self, block: Block, note: Any) -> None:
        own, inner = note
        self._window.put(own.permute(2, 0, 1), block.start)
        self._probe.observe(block, inner)

    def learn(self, prefix: Prefix) -> None:
        self._probe.learn(prefix)
        past, labels = self._window.past(prefix)
        squares = ((labels[:, None] - past[:, 0]) / past[:, 1]).square()
        factor = self._factor.to(squares.device)
        for _ in range(STEPS):
            weight = (HEAVY + 1) / (HEAVY + squares / factor.square())
            factor = ((PSEUDO + (weight * squares).sum(0)) / (PSEUDO + len(squares))).sqrt()
        self._factor = factor


def unlearned(experts: int, block: Block) -> Tensor:
    """Return what is said of standardised numbers before anything is learned: location 0, scale 1, 2 degrees."""
    found = torch.ones(3, experts, len(block.inputs), device=block.inputs.device)
    found[0], found[2] = 0.0, 2.0
    return found
