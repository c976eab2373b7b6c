"""A temperature for each expert of a probe, learned from that expert's own past prequential predictions.

The scale t multiplies the log probabilities before they are normalised again; it minimises the log-loss of the last
predictions plus 2 * (t - 1)^2, by two Newton steps an increment. Nothing but past predictions and past labels enters.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from lit_hf.probes.contract import Block, Prefix, Probe
from lit_hf.probes.window import Window

PULL = 4.0  # strength of the pull towards t = 1, in examples' worth of curvature
LOW, HIGH = 0.02, 5.0
FLOOR = -30.0  # of a log probability (nats): 43 bits
NEWTON_STEPS = 2


class Calibrated(Probe):
    """`probe` with its experts' temperatures. Keeps a bounded window of raw predictions, nothing else."""

    learned = ("_probe", "_window", "_scale")

    def __init__(self, probe: Probe) -> None:
        self.names, self._probe = probe.names, probe
        self._window = Window()
        self._scale: Tensor | None = None

    def predict(self, block: Block) -> Tensor:
        return self.offer(block)[0]

    def offer(self, block: Block) -> tuple[Tensor, Any]:
        """Return the predictions, and beside them the raw ones, from which temperatures are learned."""
        found, inner = self._probe.offer(block)
        raw = _sound(found)
        scaled = raw if self._scale is None else torch.log_softmax(raw * self._scale[:, None, None], -1)
        return scaled, (raw, inner)

    def observe(self, block: Block, note: Any) -> None:
        raw, inner = note
        self._window.put(raw.transpose(0, 1), block.start)
        self._probe.observe(block, inner)

    def learn(self, prefix: Prefix) -> None:
        self._probe.learn(prefix)
        raw, labels = self._window.past(prefix)
        scale = torch.ones(len(self.names), device=raw.device) if self._scale is None else self._scale
        paid = raw.gather(2, labels[:, None, None].expand(-1, raw.shape[1], 1)).sum((0, 2))
        for _ in range(NEWTON_STEPS):
            chances = torch.softmax(raw * scale[:, None], -1)
            mean = (chances * raw).sum(-1)
            slope = mean.sum(0) - paid + PULL * (scale - 1)
            bend = ((chances * raw * raw).sum(-1) - mean * mean).sum(0) + PULL
            scale = (scale - (slope / bend).clamp(-0.3, 0.3)).clamp(LOW, HIGH)
        self._scale = scale


def _sound(raw: Tensor) -> Tensor:
    """Bound log probabilities below, and let an expert whose arithmetic overflowed say nothing.

    It takes features that stood still while scales were fitted and then moved by millions of them, or the like.
    """
    bounded = raw.clamp(min=FLOOR)
    return torch.where(bounded.isfinite().all(-1, keepdim=True), bounded, -math.log(raw.shape[-1]))
