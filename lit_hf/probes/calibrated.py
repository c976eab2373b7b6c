"""A temperature for each expert of a probe, learned from that expert's own past prequential predictions.

The scale t multiplies the log probabilities before they are normalised again; it minimises the log-loss of the last
predictions plus 2 * (t - 1)^2, by two Newton steps an increment. Nothing but past predictions and past labels enters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lit_hf.probes.contract import Block, Prefix, Probe
from lit_hf.probes.window import Window

PULL = 4.0  # strength of the pull towards t = 1, in examples' worth of curvature
LOW, HIGH = 0.02, 5.0
FLOOR = -30.0  # of a log probability (nats): 43 bits
NEWTON_STEPS = 2
ELEMENTS = 2**21  # of a window that are worked on at once: bounds the memory with many classes


class Calibrated(Probe):
    """Several `probes` side by side, with a temperature for each of their experts, all in one call.

    Keeps a bounded window of raw predictions, nothing else. An expert's temperature does not depend on those beside
    it, to the last digit: every sum is over the rows of one expert.
    """

    learned = ("_probes", "_window", "_scale")

    def __init__(self, probes: Sequence[Probe]) -> None:
        self.names, self._probes = tuple(name for probe in probes for name in probe.names), tuple(probes)
        self._window = Window()
        self._scale: Tensor | None = None

    def predict(self, block: Block) -> Tensor:
        return self.offer(block)[0]

    def offer(self, block: Block) -> tuple[Tensor, Any]:
        """Return the predictions, and beside them the raw ones, from which temperatures are learned."""
        found, inner = zip(*(probe.offer(block) for probe in self._probes), strict=True)
        raw = _sound(torch.cat(found))
        scaled = raw if self._scale is None else torch.log_softmax(raw * self._scale[:, None, None], -1)
        return scaled, (raw, inner)

    def observe(self, block: Block, note: Any) -> None:
        raw, inner = note
        self._window.put(raw.transpose(0, 1), block.start)
        for probe, own in zip(self._probes, inner, strict=True):
            probe.observe(block, own)

    def learn(self, prefix: Prefix) -> None:
        for probe in self._probes:
            probe.learn(prefix)
        past, labels = self._window.past(prefix)
        scale = torch.ones(len(self.names), device=past.device) if self._scale is None else self._scale
        some = max(1, ELEMENTS // (len(past) * past.shape[2]))
        parts = zip(past.transpose(0, 1).split(some), scale.split(some), strict=True)
        self._scale = torch.cat([_newton(raw.contiguous(), labels, now) for raw, now in parts])


def _newton(raw: Tensor, labels: Tensor, scale: Tensor) -> Tensor:
    """Return the next temperatures [E] after `scale`, from predictions [E, n, C] and labels [n]."""
    paid = raw.gather(2, labels.expand(len(raw), -1)[..., None])[..., 0].sum(1)
    for _ in range(NEWTON_STEPS):
        weighted = torch.softmax(raw * scale[:, None, None], -1).mul_(raw)
        mean = weighted.sum(-1)
        slope = mean.sum(1) - paid + PULL * (scale - 1)
        bend = (weighted.mul_(raw).sum(-1) - mean * mean).sum(1) + PULL
        scale = (scale - (slope / bend).clamp(-0.3, 0.3)).clamp(LOW, HIGH)
    return scale


def _sound(raw: Tensor) -> Tensor:
    """Bound log probabilities below, and let an expert whose arithmetic overflowed say nothing.

    It takes features that stood still while scales were fitted and then moved by millions of them, or the like.
    """
    bounded = raw.clamp(min=FLOOR)
    return torch.where(bounded.isfinite().all(-1, keepdim=True), bounded, -math.log(raw.shape[-1]))
