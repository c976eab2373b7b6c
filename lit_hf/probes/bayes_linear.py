"""Bayesian linear regression in closed form: the predictive distribution is Student's t.

    t = m + w^T x + e,   e ~ N(0, s^2),   w ~ N(0, s^2 / penalty),   m ~ N(0, s^2),   s^2 ~ inverse gamma(1, 1)

    location = m_n + w_n^T (x - x_n),   freedom = 2 a_n,
    scale^2 = b_n / a_n * (1 + 1 / (n + 1) + (x - x_n)^T (S + penalty)^-1 (x - x_n))

with x_n and m_n shrunk means, S the scatter about them, a_n = 1 + n / 2 and b_n = 1 + residual sum of squares / 2.
Added up row by row, the bits are minus the logarithm of the model's evidence: tests hold it to that. One expert for
each penalty; one eigendecomposition serves them all. Bishop (2006), 3.3 and 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lit_hf.probes.contract import Block, Prefix
from lit_hf.probes.linalg import eigen
from lit_hf.probes.moments import Moments
from lit_hf.probes.number import NumberProbe, unlearned

SHAPE = RATE = 1.0
LEAST_SHARE = 0.02  # of the mean variance: what a column's own is raised by before it is standardised


class BayesLinear(NumberProbe):
    """Inputs [b, dim]. standard: columns are divided by their deviation in the prefix.

    refit: the posterior is taken anew when the prefix has grown by this factor.
    """

    learned = (
        "_moments", "_products", "_sum", "_squares", "_fitted_at", "_mean", "_centre", "_scale", "_values", "_basis",
        "_weights", "_variance",
    )  # fmt: skip

    def __init__(
        self,
        dim: int,
        penalties: Sequence[float],
        *,
        name: str = "bayes",
        standard: bool = True,
        refit: float = 1.0,
        device: torch.device | str = "cpu",
    ) -> None:
        self.names = tuple(f"{name}({penalty:g})" for penalty in penalties)
        self._penalties = torch.tensor(penalties, dtype=torch.float32, device=device)
        self._standard, self._refit, self._fitted_at = standard, refit, 0
        self._moments = Moments(dim, torch.device(device), eager=True)
        self._products = torch.zeros(dim, dtype=torch.float64, device=device)
        self._sum = self._squares = 0.0

    def learn(self, prefix: Prefix) -> None:
        self._moments.update(prefix)
        rows, labels = prefix.inputs(prefix.fresh, prefix.n), prefix.labels(prefix.fresh, prefix.n).double()
        self._products += rows.T.double() @ labels
        self._sum += float(labels.sum())
        self._squares += float(labels.square().sum())
        if prefix.n >= self._fitted_at * self._refit:
            self._fit(prefix)

    def predict(self, block: Block) -> Tensor:
        if not self._fitted_at:
            return unlearned(len(self.names), block)
        rows = (block.inputs - self._centre) * self._scale
        turned = rows @ self._basis
        squares = turned.square()
        quadratic = squares @ (1 / (self._values[:, None] + self._penalties))
        if self._basis.shape[1] < rows.shape[1]:
            rest = (rows.square().sum(1) - squares.sum(1)).clamp(min=0)
            quadratic += rest[:, None] / self._penalties
        location = self._mean + turned @ self._weights
        scale = (self._variance * (1 + 1 / (self._fitted_at + 1) + quadratic)).sqrt()
        freedom = torch.full_like(scale, 2 * SHAPE + self._fitted_at)
        return torch.stack([location.T, scale.T, freedom.T])

    def _fit(self, prefix: Prefix) -> None:
        n, mean = prefix.n, self._moments.mean
        self._fitted_at, self._mean = n, self._sum / (n + 1)
        self._centre = mean * (n / (n + 1))
        scatter = self._moments.scatter(prefix) + n / (n + 1) * torch.outer(mean, mean)
        variance = scatter.diagonal() / n
        lifted = variance + LEAST_SHARE * variance.mean() + 1e-12
        self._scale = lifted.rsqrt() if self._standard else torch.ones_like(lifted)
        products = (self._products - (n + 1) * self._centre.double() * self._mean).float() * self._scale
        if n < len(mean):
            self._values, self._basis = self._thin(prefix)
        else:
            self._values, self._basis = eigen(scatter * self._scale[:, None] * self._scale)
        along = self._basis.T @ products
        self._weights = along[:, None] / (self._values[:, None] + self._penalties)
        left = self._squares - (n + 1) * self._mean**2 - (along[:, None] * self._weights).sum(0)
        self._variance = (RATE + 0.5 * left.clamp(min=0)) / (SHAPE + 0.5 * n)

    def _thin(self, prefix: Prefix) -> tuple[Tensor, Tensor]:
        """Return the eigenvalues [r] and eigenvectors [dim, r] of the scatter while there are fewer rows than columns.

        The prior of the mean is one more row: the centre itself, with the weight that makes the scatter whole.
        """
        rows = (prefix.inputs(0, prefix.n) - self._centre) * self._scale
        extra = (self._centre * self._scale)[None]
        rows = torch.cat([rows, extra])
        values, left = eigen(rows @ rows.T)
        kept = values > 1e-5 * values[-1].clamp(min=1e-12)
        return values[kept], rows.T @ (left[:, kept] * values[kept].rsqrt())
