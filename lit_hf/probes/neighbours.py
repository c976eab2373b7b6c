"""k nearest neighbours by cosine in standardised features, over a bounded memory of the newest rows.

p_c(x) = (sum of similarity weights of the k nearest rows of class c + strength * prior_c) / (k + strength).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize, one_hot

from lit_hf.probes.contract import Block, Prefix, Probe, uniform

MEMORY = 4096
REFIX = 1.5  # columns are standardised anew when the prefix has grown by this factor
SHARPNESS = 10.0  # of the softmax over cosines that shares the weight k among the neighbours
STRENGTH = 2.0  # pseudo-neighbours that vote as the class prior


class Neighbours(Probe):
    """One expert for each number of neighbours. Inputs [b, dim]; predicting costs 2 * b * min(n, MEMORY) * dim."""

    learned = ("_rows", "_marks", "_mean", "_scale", "_prior", "_fixed_at")

    def __init__(
        self, classes: int, sizes: Sequence[int], *, memory: int = MEMORY, device: torch.device | str = "cpu"
    ) -> None:
        self.names = tuple(f"knn({size})" for size in sizes)
        self._classes, self._sizes, self._memory = classes, tuple(sizes), memory
        self._rows: Tensor | None = None
        self._fixed_at = 0

    def predict(self, block: Block) -> Tensor:
        if self._rows is None:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        likeness = self._unit(block.inputs) @ self._rows.T
        near, index = likeness.topk(min(max(self._sizes), len(self._rows)), dim=1)
        votes = self._marks[index]
        return torch.stack([self._vote(near, votes, size) for size in self._sizes])

    def learn(self, prefix: Prefix) -> None:
        if prefix.n < 2:
            return
        start = max(0, prefix.n - self._memory)
        if self._rows is None or prefix.n >= REFIX * self._fixed_at:
            rows = prefix.inputs(start, prefix.n)
            self._mean, variance = rows.mean(0), rows.var(0)
            self._scale = (variance + 0.02 * variance.mean() + 1e-12).rsqrt()
            self._rows, self._fixed_at = self._unit(rows), prefix.n
        else:
            new = self._unit(prefix.inputs(max(start, prefix.fresh), prefix.n))
            self._rows = torch.cat([self._rows, new])[-(prefix.n - start) :]
        self._marks = one_hot(prefix.labels(start, prefix.n), self._classes).to(self._rows.dtype)
        self._prior = (self._marks.sum(0) + 0.5) / (len(self._marks) + 0.5 * self._classes)

    def _unit(self, rows: Tensor) -> Tensor:
        return normalize((rows - self._mean).mul_(self._scale))

    def _vote(self, near: Tensor, votes: Tensor, size: int) -> Tensor:
        size = min(size, near.shape[1])
        share = torch.softmax(SHARPNESS * near[:, :size], 1)[..., None] * size
        counts = (share * votes[:, :size]).sum(1) + STRENGTH * self._prior
        return torch.log(counts / counts.sum(1, keepdim=True))
