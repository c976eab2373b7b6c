"""Class prototypes: softmax of the negative squared distance to each class mean, at several inverse scales.

scores_c(x) = log pi_c - scale / (2 s) * |x - mu_c|^2, s the mean within-class squared distance. Snell et al. (2017)
with a fixed map.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.moments import CHUNK


class Prototypes(Probe):
    """One expert for each inverse `scale`, in units of the dimension. Inputs [b, dim]; linear in dim * classes."""

    learned = ("_n", "_square", "_sums", "_counts")

    def __init__(self, dim: int, classes: int, scales: Sequence[float], *, device: torch.device | str = "cpu") -> None:
        self.names = tuple(f"prototypes({scale:g})" for scale in scales)
        self._classes, self._n, self._square = classes, 0, 0.0
        self._scales = torch.tensor(scales, dtype=torch.float32, device=device) * dim
        self._sums = torch.zeros(classes, dim, device=device)
        self._counts = torch.zeros(classes, device=device)

    def predict(self, block: Block) -> Tensor:
        if not self._n:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        overall = self._sums.sum(0) / self._n
        means = (self._sums + overall) / (self._counts + 1.0)[:, None]  # one pseudo-observation of the overall mean
        spread = max(self._square / self._n - float((self._counts / self._n) @ (means**2).sum(1)), 1e-6)
        near = block.inputs @ means.T - 0.5 * (means**2).sum(1)
        prior = torch.log((self._counts + 0.5) / (self._n + 0.5 * self._classes))
        return torch.log_softmax(prior + self._scales[:, None, None] / spread * near, -1)

    def learn(self, prefix: Prefix) -> None:
        for start in range(prefix.fresh, prefix.n, CHUNK):
            stop = min(start + CHUNK, prefix.n)
            rows = prefix.inputs(start, stop)
            marks = one_hot(prefix.labels(start, stop), self._classes).to(rows.dtype)
            self._sums.addmm_(marks.T, rows)
            self._counts += marks.sum(0)
            self._square += float((rows * rows).sum())
        self._n = prefix.n
