"""The inverse of a bound of the curvature, for several penalties: what conjugate gradients are preconditioned with.

    P_k = (h * S + diag(r_k))^-1,   r_k = penalty_k * v

S [d, d] is the scatter of the rows, v [d] the variance of the columns. One Cholesky factor for each penalty. While
there are fewer rows than columns the factors are those of the rows' own Gram matrix, [m, m] (Woodbury's identity). A
preconditioner decides how fast a minimum is reached, not where it lies: the newest `ROWS` rows do for the scatter,
with their squares scaled to those of all rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix
from lit_hf.probes.linalg import factor
from lit_hf.probes.moments import Moments
from lit_hf.probes.state import Stateful

ROWS = 2048  # at most so many rows make the bound, and so many columns has a factor: 16 MiB for each penalty


class Preconditioner(Stateful):
    """Made anew by `fit`; `solve` applies it. penalties: [K]."""

    learned = ("_whiten", "_factors", "_rows")

    def __init__(self, penalties: Tensor, curvature: float) -> None:
        self._penalties, self._curvature = penalties, curvature
        self._rows: Tensor | None = None

    def fit(self, prefix: Prefix, moments: Moments, variance: Tensor, *, shared: bool = False) -> None:
        """Take the bound of the prefix. shared: its whole scatter is accumulated for another probe anyway."""
        n, dim = moments.n, len(variance)
        self._whiten = variance.rsqrt()
        count = min(n, ROWS)
        if shared and n >= dim:
            system = moments.scatter(prefix) * self._whiten[:, None] * self._whiten
            self._take(system * self._curvature, None)
            return
        rows = (prefix.inputs(n - count, n) - moments.mean) * self._whiten
        rows *= (self._curvature * n / count) ** 0.5
        if count < dim:
            self._take(rows @ rows.T, rows)
            return
        system = rows.T @ rows
        system.diagonal().copy_(self._curvature * n * moments.variance * self._whiten.square())
        self._take(system, None)

    def _take(self, system: Tensor, rows: Tensor | None) -> None:
        systems = system.repeat(len(self._penalties), 1, 1)
        systems.diagonal(dim1=1, dim2=2).add_(self._penalties[:, None])
        self._factors, self._rows = factor(systems), rows

    def solve(self, grad: Tensor) -> Tensor:
        """Return P times `grad`, both [d, K, columns]."""
        whitened = grad * self._whiten[:, None, None]
        if self._rows is None:
            found = torch.cholesky_solve(whitened.transpose(0, 1), self._factors).transpose(0, 1)
        else:
            along = (self._rows @ whitened.flatten(1)).view(-1, *grad.shape[1:])
            inner = torch.cholesky_solve(along.transpose(0, 1), self._factors).transpose(0, 1)
            back = (self._rows.T @ inner.flatten(1)).view_as(grad)
            found = (whitened - back) / self._penalties[:, None]
        return found * self._whiten[:, None, None]
