"""Bayesian linear regression on random Fourier features: a Gaussian process with a Gaussian kernel, roughly.

phi(x) = sqrt(2) cos(Omega x / s + u), s the root mean square distance between rows, from the first rows learned.
Rahimi and Recht (2007), "Random features for large-scale kernel machines".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator, Tensor

from lit_hf.probes.bayes_linear import BayesLinear
from lit_hf.probes.contract import Block, Prefix
from lit_hf.probes.number import NumberProbe, unlearned

START = 64  # rows that fix the kernel's width


class FourierBayes(NumberProbe):
    """A `BayesLinear` on `features` random cosines of the inputs [b, dim]; before `START` rows, wide about 0."""

    learned = ("_linear", "_omega", "_ready")

    def __init__(
        self, dim: int, penalties: Sequence[float], *, features: int = 384, refit: float = 1.0,
        device: torch.device | str = "cpu",
    ) -> None:  # fmt: skip
        self._linear = BayesLinear(features, penalties, name="fourier", standard=False, refit=refit, device=device)
        self.names = self._linear.names
        generator = Generator().manual_seed(1)
        self._omega = torch.randn(dim, features, generator=generator).to(device)
        self._phase = (torch.rand(features, generator=generator) * 2 * math.pi).to(device)
        self._ready = False

    def predict(self, block: Block) -> Tensor:
        if not self._ready:
            return unlearned(len(self.names), block)
        return self._linear.predict(replace(block, inputs=self._cosines(block.inputs)))

    def learn(self, prefix: Prefix) -> None:
        if prefix.n < START:
            return
        if not self._ready:
            rows = prefix.inputs(0, START)
            self._omega /= (rows - rows.mean(0)).square().sum(1).mean().mul(2).sqrt().clamp(min=1e-6)
        fresh = prefix.fresh if self._ready else 0
        self._linear.learn(prefix.mapped(lambda start, stop: self._cosines(prefix.inputs(start, stop)), fresh))
        self._ready = True

    def _cosines(self, rows: Tensor) -> Tensor:
        return torch.addmm(self._phase, rows, self._omega).cos_().mul_(math.sqrt(2))
