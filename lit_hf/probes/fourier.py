"""Random Fourier features of a Gaussian kernel, read out by the ridge bank: a non-linear probe whose fit stays convex.

phi(x) = sqrt(2) cos(Omega x / (width * s) + u), s the root mean square distance between rows, from the first rows
learned. Rahimi and Recht (2007), "Random features for large-scale kernel machines".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator, Tensor

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.ridge import RidgeMultinomial

START = 64  # rows that fix the kernel's width


class FourierRidge(Probe):
    """A `RidgeMultinomial` on `features` random cosines of the inputs [b, dim]."""

    learned = ("_ridge", "_omega", "_kept", "_ready")

    def __init__(
        self,
        dim: int,
        classes: int,
        penalties: Sequence[float],
        *,
        features: int = 1024,
        width: float = 1.0,
        capacity: int = 16_384,
        device: torch.device | str = "cpu",
    ) -> None:
        self._ridge = RidgeMultinomial(features, classes, penalties, name="fourier", capacity=capacity, device=device)
        self.names = self._ridge.names
        generator = Generator().manual_seed(1)
        self._omega = torch.randn(dim, features, generator=generator).to(device)
        self._phase = (torch.rand(features, generator=generator) * 2 * math.pi).to(device)
        self._classes, self._width, self._capacity = classes, width, capacity
        self._kept = torch.empty(0, features, device=device)
        self._ready = False

    def predict(self, block: Block) -> Tensor:
        if not self._ready:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        return self._ridge.predict(replace(block, inputs=self._cosines(block.inputs)))

    def learn(self, prefix: Prefix) -> None:
        if prefix.n < START:
            return
        fresh = prefix.fresh if self._ready else 0
        if not self._ready:
            self._fix_width(prefix.inputs(0, START))
        if len(self._kept) < self._capacity:
            stop = min(prefix.n, self._capacity)
            self._kept = torch.cat([self._kept, self._cosines(prefix.inputs(len(self._kept), stop))])
        self._ridge.learn(prefix.mapped(lambda start, stop: self._features(prefix, start, stop), fresh))
        self._ready = True

    def _fix_width(self, rows: Tensor) -> None:
        spread = (rows - rows.mean(0)).square().sum(1).mean().mul(2).sqrt().clamp(min=1e-6)
        self._omega /= self._width * spread

    def _cosines(self, rows: Tensor) -> Tensor:
        return torch.addmm(self._phase, rows, self._omega).cos_().mul_(math.sqrt(2))

    def _features(self, prefix: Prefix, start: int, stop: int) -> Tensor:
        """Return the cosines of rows [start, stop): kept ones while they reach, computed afresh beyond."""
        if stop <= len(self._kept):
            return self._kept[start:stop]
        return self._cosines(prefix.inputs(start, stop))
