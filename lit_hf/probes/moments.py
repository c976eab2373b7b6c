"""Running first and second moments of a stream of rows: the one place where a Gram matrix is accumulated."""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix
from lit_hf.probes.state import Stateful

CHUNK = 4096


class Moments(Stateful):
    """Mean and variance [d] of the rows learned so far, and their scatter [d, d], accumulated when it is asked for.

    Probes that need the same moments share one object: whoever learns first adds the rows. What never asks for a
    scatter has no matrix [d, d] at all. eager: the scatter grows with every `update`, which reads rows only once.
    """

    learned = ("n", "_sum", "_squares", "_gram", "_gathered")

    def __init__(self, dim: int, device: torch.device, *, eager: bool = False) -> None:
        self.n = self._gathered = 0
        self._dim, self._eager = dim, eager
        self._sum = torch.zeros(dim, dtype=torch.float64, device=device)
        self._squares = torch.zeros_like(self._sum)
        self._gram: Tensor | None = None

    def update(self, prefix: Prefix) -> None:
        """Add the rows that are not added yet, in chunks so that an increment of any size fits in memory."""
        for start in range(self.n, prefix.n, CHUNK):
            rows = prefix.inputs(start, min(start + CHUNK, prefix.n))
            self._sum += rows.sum(0, dtype=torch.float64)
            self._squares += rows.square().sum(0, dtype=torch.float64)
            if self._eager:
                self._gather(rows)
        self.n = prefix.n

    @property
    def mean(self) -> Tensor:
        """Mean of the rows, float32 [d]."""
        return (self._sum / self.n).float()

    @property
    def variance(self) -> Tensor:
        """Mean squared distance of each column from its mean, float32 [d], at least 0."""
        mean = self._sum / self.n
        return (self._squares / self.n - mean * mean).clamp(min=0.0).float()

    def scatter(self, prefix: Prefix) -> Tensor:
        """Return sum (x - mean)(x - mean)^T, float32 [d, d]; its diagonal is at least 0."""
        for start in range(self._gathered, self.n, CHUNK):
            self._gather(prefix.inputs(start, min(start + CHUNK, self.n)))
        assert self._gram is not None
        mean = self.mean
        scatter = self._gram - self.n * torch.outer(mean, mean)
        scatter.diagonal().clamp_(min=0.0)
        return scatter

    def _gather(self, rows: Tensor) -> None:
        if self._gram is None:
            self._gram = torch.zeros(self._dim, self._dim, device=rows.device)
        self._gram.addmm_(rows.T, rows)
        self._gathered += len(rows)
