"""The inverse of a bound of the curvature, for several penalties: what conjugate gradients are preconditioned with.

    P_k = (h * S + diag(r_k))^-1,   r_k = penalty_k * v

S [d, d] is the scatter of the rows, v [d] the variance of the columns. One Cholesky factor serves two neighbouring
penalties, at their geometric mean, where there are more than three: bits move by less than 0.1. While
there are fewer rows than columns the factors are those of the rows' own Gram matrix, [m, m] (Woodbury's identity). A
preconditioner decides how fast a minimum is reached, not where it lies: the newest `ROWS` rows do for the scatter,
with their squares scaled to those of all rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix
from lit_hf.probes.linalg import factor, thin_product
from lit_hf.probes.moments import Moments
from lit_hf.probes.state import Stateful

ROWS = 2048  # at most so many rows make the bound, and so many columns has a factor of few rows: 16 MiB


class Preconditioner(Stateful):
    """Made anew by `fit`; `solve` applies it. penalties: [K]."""

    learned = ("_whiten", "_factors", "_rows")

    def __init__(self, penalties: Tensor, curvature: float) -> None:
        pairs = penalties.split(2 if len(penalties) > 3 else 1)
        self._middles = torch.stack([pair.log().mean().exp() for pair in pairs])
        each = zip(self._middles, pairs, strict=True)
        self._penalties = torch.cat([middle.expand(len(pair)) for middle, pair in each])
        self._curvature = curvature
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
        systems = system.repeat(len(self._middles), 1, 1)
        systems.diagonal(dim1=1, dim2=2).add_(self._middles[:, None])
        self._factors, self._rows = factor(systems), rows

    def solve(self, grad: Tensor) -> Tensor:
        """Return P times `grad`, both [d, K, columns]."""
        whitened = grad * self._whiten[:, None, None]
        if self._rows is None:
            found = self._inverse(whitened)
        else:
            along = thin_product(self._rows, whitened.flatten(1)).view(-1, *grad.shape[1:])
            back = (self._inverse(along).flatten(1).T @ self._rows).T.view_as(grad)
            found = (whitened - back) / self._penalties[:, None]
        return found * self._whiten[:, None, None]

    def _inverse(self, right: Tensor) -> Tensor:
        """Return the factors' systems' inverses times `right` [m, K, columns]."""
        m, count, columns = right.shape
        each = -(-count // len(self._factors))
        if count % each:
            right = torch.nn.functional.pad(right, (0, 0, 0, each - count % each))
        found = torch.cholesky_solve(right.view(m, -1, each * columns).transpose(0, 1), self._factors)
        return found.transpose(0, 1).reshape(m, -1, columns)[:, :count]
