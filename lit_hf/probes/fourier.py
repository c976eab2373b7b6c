"""Random Fourier features of a Gaussian kernel, read out by the ridge bank: a non-linear probe whose fit stays convex.

phi(x) = sqrt(2) cos(Omega x / (width * s) + u), s the root mean square distance between rows, from the first rows
learned. Rahimi and Recht (2007), "Random features for large-scale kernel machines".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.ridge import RidgeMultinomial

START = 64  # rows that fix the kernel's width


class FourierRidge(Probe):
    """A `RidgeMultinomial` on `features` random cosines of the inputs [b, dim].

    Cosines that were computed to predict are kept to learn from: those of the first `capacity` rows for good, later
    ones until their increment is learned.
    """

    learned = ("_ridge", "_omega", "_kept", "_ready", "_fresh", "_fresh_from")

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
        self._buffer, self._count = torch.empty(0, features, device=device), 0
        self._fresh, self._fresh_from = list[Tensor](), 0
        self._ready = False

    def predict(self, block: Block) -> Tensor:
        return self.offer(block)[0]

    def offer(self, block: Block) -> tuple[Tensor, Any]:
        """Return the predictions, and beside them the cosines of the rows."""
        if not self._ready:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs), None
        cosines = self._cosines(block.inputs)
        return self._ridge.predict(replace(block, inputs=cosines)), cosines

    def observe(self, block: Block, note: Any) -> None:
        if note is None:
            return
        if not self._fresh or self._fresh_to != block.start or self._fresh_to - self._fresh_from > self._capacity:
            self._fresh, self._fresh_from = [], block.start
        self._fresh.append(note)

    def learn(self, prefix: Prefix) -> None:
        if prefix.n < START:
            return
        fresh = prefix.fresh if self._ready else 0
        if not self._ready:
            self._fix_width(prefix.inputs(0, START))
        if len(self._fresh) > 1:
            self._fresh = [torch.cat(self._fresh)]
        if self._count < self._capacity:
            self._keep(self._features(prefix, self._count, min(prefix.n, self._capacity)))
        self._ridge.learn(prefix.mapped(lambda start, stop: self._features(prefix, start, stop), fresh))
        self._ready, self._fresh = True, []

    @property
    def _kept(self) -> Tensor:
        return self._buffer[: self._count]

    @_kept.setter
    def _kept(self, rows: Tensor) -> None:
        self._buffer, self._count = rows, len(rows)

    @property
    def _fresh_to(self) -> int:
        return self._fresh_from + sum(map(len, self._fresh))

    def _keep(self, rows: Tensor) -> None:
        """Append to the kept cosines; their memory doubles when it is full, so that no row is copied often."""
        stop = self._count + len(rows)
        if stop > len(self._buffer):
            room = self._buffer.new_empty(min(max(stop, 2 * len(self._buffer)), self._capacity), rows.shape[1])
            room[: self._count] = self._kept
            self._buffer = room
        self._buffer[self._count : stop] = rows
        self._count = stop

    def _fix_width(self, rows: Tensor) -> None:
        spread = (rows - rows.mean(0)).square().sum(1).mean().mul(2).sqrt().clamp(min=1e-6)
        self._omega /= self._width * spread

    def _cosines(self, rows: Tensor) -> Tensor:
        return torch.addmm(self._phase, rows, self._omega).cos_().mul_(math.sqrt(2))

    def _features(self, prefix: Prefix, start: int, stop: int) -> Tensor:
        """Return the cosines of rows [start, stop): those at hand while they reach, else computed afresh."""
        if stop <= self._count:
            return self._buffer[start:stop]
        if self._fresh and self._fresh_from <= start and stop <= self._fresh_to:
            return self._fresh[0][start - self._fresh_from : stop - self._fresh_from]
        return self._cosines(prefix.inputs(start, stop))
