"""Running first and second moments of a stream of rows: the one place where a Gram matrix is accumulated."""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix
from lit_hf.probes.state import Stateful

CHUNK = 4096


class Moments(Stateful):
    """Mean [d] and scatter [d, d] of the rows learned so far."""

    learned = ("n", "_sum", "_gram")

    def __init__(self, dim: int, device: torch.device) -> None:
        self.n = 0
        self._sum = torch.zeros(dim, dtype=torch.float64, device=device)
        self._gram = torch.zeros(dim, dim, device=device)

    def update(self, prefix: Prefix) -> None:
        """Add the fresh rows, in chunks so that an increment of any size fits in memory."""
        for start in range(prefix.fresh, prefix.n, CHUNK):
            rows = prefix.inputs(start, min(start + CHUNK, prefix.n))
            self._gram.addmm_(rows.T, rows)
            self._sum += rows.sum(0, dtype=torch.float64)
        self.n = prefix.n

    @property
    def mean(self) -> Tensor:
        """Mean of the rows, float32 [d]."""
        return (self._sum / self.n).float()

    def scatter(self) -> Tensor:
        """Return sum (x - mean)(x - mean)^T, float32 [d, d]; its diagonal is at least 0."""
        mean = self.mean
        scatter = self._gram - self.n * torch.outer(mean, mean)
        scatter.diagonal().clamp_(min=0.0)
        return scatter
