"""Linear discriminant analysis with a shrunk within-class covariance: the closed form that wins while labels are few.

scores_c(x) = log pi_c + (x - m)^T S^-1 (mu_c - m) - 1/2 (mu_c - m)^T S^-1 (mu_c - m),  S = (1 - r) S_w + r * (tr S_w
/ d) * I, r = min(1, amount * d / n). Friedman (1989), "Regularized discriminant analysis". Class means are shrunk to
the overall mean by one pseudo-observation.

While n < d the same weights come from the rows' own Gram matrix [n, n]: with W the rows less their class's mean,
S = a W^T W + b I and S^-1 m = (m - W^T (W W^T + b / a I)^-1 W m) / b (Woodbury's identity).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.linalg import factor
from lit_hf.probes.moments import CHUNK, Moments

JITTER = 1e-4  # of the mean variance: keeps the factor definite in float32
MIN_ROWS = 16  # below it the covariance says nothing


class ShrunkDiscriminant(Probe):
    """One expert for each shrinkage `amount`. Inputs [b, dim]; one Cholesky factor of [dim, dim] for each per refit."""

    learned = ("_moments", "_sums", "_counts", "_weights", "_intercept", "_fitted_at")

    def __init__(
        self,
        dim: int,
        classes: int,
        amounts: Sequence[float],
        *,
        refactor: float = 1.1,
        moments: Moments | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.names = tuple(f"lda({amount:g})" for amount in amounts)
        self.device = torch.device(device)
        self._classes, self._amounts, self._refactor = classes, tuple(amounts), refactor
        self._moments = moments or Moments(dim, self.device)
        self._sums = torch.zeros(classes, dim, device=self.device)
        self._counts = torch.zeros(classes, device=self.device)
        self._weights = torch.zeros(dim, len(amounts), classes, device=self.device)
        self._intercept = torch.zeros(len(amounts), classes, device=self.device)
        self._fitted_at = 0

    def predict(self, block: Block) -> Tensor:
        if not self._fitted_at:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        scores = (block.inputs @ self._weights.flatten(1)).view(-1, *self._intercept.shape) + self._intercept
        return torch.log_softmax(scores, -1).transpose(0, 1)

    def learn(self, prefix: Prefix) -> None:
        self._moments.update(prefix)
        for start in range(prefix.fresh, prefix.n, CHUNK):
            stop = min(start + CHUNK, prefix.n)
            marks = one_hot(prefix.labels(start, stop), self._classes).to(self._sums.dtype)
            self._sums.addmm_(marks.T, prefix.inputs(start, stop))
            self._counts += marks.sum(0)
        if prefix.n >= max(MIN_ROWS, self._fitted_at * self._refactor):
            self._fit(prefix)

    def _fit(self, prefix: Prefix) -> None:
        n, mean = self._moments.n, self._moments.mean
        offsets = (self._sums - self._counts[:, None] * mean) / (self._counts + 1.0)[:, None]
        solve = self._dual(prefix, offsets) if n < len(mean) else self._primal(prefix, offsets)
        prior = torch.log((self._counts + 0.5) / (n + 0.5 * self._classes))
        for index, amount in enumerate(self._amounts):
            weights = solve(min(1.0, amount * len(mean) / n))
            self._weights[:, index] = weights
            self._intercept[index] = prior - ((0.5 * offsets + mean) * weights.T).sum(1)
        self._fitted_at = n

    def _primal(self, prefix: Prefix, offsets: Tensor) -> Callable[[float], Tensor]:
        """Return what gives S^-1 times the `offsets` [classes, d] as weights [d, classes] for a shrinkage r."""
        centred = self._sums - self._counts[:, None] * self._moments.mean
        within = self._moments.scatter(prefix) - centred.T @ (centred / self._counts.clamp(min=1.0)[:, None])
        within.diagonal().clamp_(min=0.0)
        within /= self._moments.n
        spread = within.diagonal().mean()

        def solve(shrink: float) -> Tensor:
            system = (1 - shrink) * within
            system.diagonal().add_((shrink + JITTER) * spread + 1e-12)
            return torch.cholesky_solve(offsets.T, factor(system))

        return solve

    def _dual(self, prefix: Prefix, offsets: Tensor) -> Callable[[float], Tensor]:
        """Return the same from the rows less their classes' exact means."""
        n = prefix.n
        means = self._sums / self._counts.clamp(min=1.0)[:, None]
        rows = (prefix.inputs(0, n) - means[prefix.labels(0, n)]) / n**0.5
        gram, along = rows @ rows.T, rows @ offsets.T
        spread = gram.diagonal().sum() / rows.shape[1]

        def solve(shrink: float) -> Tensor:
            lift = (shrink + JITTER) * spread + 1e-12
            system = (1 - shrink) * gram
            system.diagonal().add_(lift)
            inner = torch.cholesky_solve(along, factor(system)) if shrink < 1 else torch.zeros_like(along)
            return (offsets.T - (1 - shrink) * (rows.T @ inner)) / lift

        return solve
