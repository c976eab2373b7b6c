"""Running first and second moments of a stream of rows: the one place where a Gram matrix is accumulated."""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix

CHUNK = 8192


class Moments:
    """Mean [d] and scatter [d, d] of the rows learned so far."""

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


def factor(systems: Tensor) -> Tensor:
    """Return Cholesky factors [..., d, d] of symmetric `systems` that are definite but for float32 rounding.

    Where features are constant, copies of each other or of very different size, rounding leaves eigenvalues below
    zero: then a multiple of the identity is added that grows from 1e-6 of the largest entry until every system has a
    factor.
    """
    found, broken = torch.linalg.cholesky_ex(systems)
    share = 1e-6
    while bool(broken.any()) and share < 10:
        lift = share * systems.abs().amax((-2, -1), keepdim=True).clamp(min=1e-12)
        found, broken = torch.linalg.cholesky_ex(systems + lift * torch.eye(systems.shape[-1], device=systems.device))
        share *= 10
    return found
