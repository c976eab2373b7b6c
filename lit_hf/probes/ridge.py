"""Multinomial logistic regression over a grid of ridge penalties, refitted at every increment from a warm start.

For each penalty `lam`, W minimises   sum_i CE(softmax(W^T x_i + a), y_i) + lam/2 * sum_j v_j |W_j|^2,
v_j being the variance of feature j in the prefix: a ridge on standardised features that needs no standardised copy of
them. The solver is nonlinear conjugate gradients (Polak-Ribiere), preconditioned by Boehning's bound of the Hessian,
h * X^T X + lam * diag(v), with one Newton step along each direction. Boehning (1992), "Multinomial logistic
regression algorithm", AISM 44. All penalties share every pass over the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.linalg import thin_product
from lit_hf.probes.moments import Moments
from lit_hf.probes.preconditioner import Preconditioner
from lit_hf.probes.replay import Sample, draw

VARIANCE_FLOOR = 0.02  # of the mean variance: a feature that hardly varies must not be blown up
MIN_ROWS = 4


class RidgeMultinomial(Probe):
    """One expert for each penalty in `penalties`. Inputs [b, dim]. Cost of one `learn`: 4 * rows * dim * columns *
    steps. moments: those of another probe, which accumulates the whole scatter as soon as n >= dim.
    """

    learned = (
        "_weights", "_intercept", "_moments", "_factored_at", "_fitted", "_generator", "_variance", "_bound",
    )  # fmt: skip

    def __init__(
        self,
        dim: int,
        classes: int,
        penalties: Sequence[float],
        *,
        name: str = "ridge",
        steps: int = 3,
        capacity: int = 16_384,
        refactor: float = 2.0,
        moments: Moments | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.names = tuple(f"{name}({penalty:g})" for penalty in penalties)
        self.device = torch.device(device)
        self._classes, self._columns = classes, 1 if classes == 2 else classes
        self._penalties = torch.tensor(penalties, dtype=torch.float32, device=self.device)
        self._weights = torch.zeros(dim, len(penalties), self._columns, device=self.device)
        self._intercept = torch.zeros(len(penalties), self._columns, device=self.device)
        self._shared, self._moments = moments is not None, moments or Moments(dim, self.device)
        self._steps, self._capacity, self._refactor = steps, capacity, refactor
        self._curvature = 0.5 if classes == 2 else 0.5 * (1 - 1 / classes)
        self._bound = Preconditioner(self._ridge_scale() * self._penalties, self._hessian_scale())
        self._factored_at = 0
        self._fitted = False
        self._generator = Generator().manual_seed(0)

    def predict(self, block: Block) -> Tensor:
        if not self._fitted:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        scores = self._score(block.inputs, self._weights, self._intercept)
        return torch.log_softmax(self._spread(scores), -1).transpose(0, 1)

    def learn(self, prefix: Prefix) -> None:
        self._moments.update(prefix)
        if prefix.n < MIN_ROWS:
            return
        if prefix.n >= self._factored_at * self._refactor:
            self._factor(prefix)
        self._descend(draw(prefix, self._capacity, self._generator))
        self._fitted = True

    def _score(self, rows: Tensor, weights: Tensor, intercept: Tensor) -> Tensor:
        """Return scores [m, experts, columns]."""
        return thin_product(rows, weights.flatten(1)).view(len(rows), *intercept.shape).add_(intercept)

    def _spread(self, scores: Tensor) -> Tensor:
        """Two classes have one column z, read as the scores (-z, z): the symmetric solution at half the cost."""
        return torch.cat([-scores, scores], -1) if self._columns == 1 else scores

    def _factor(self, prefix: Prefix) -> None:
        """Fix the variances that the ridge is in units of, and the bound of the curvature."""
        variance = self._moments.variance
        self._variance = variance + VARIANCE_FLOOR * variance.mean() + 1e-12
        self._bound.fit(prefix, self._moments, self._variance, shared=self._shared)
        self._factored_at = prefix.n

    def _hessian_scale(self) -> float:
        return 4 * 0.25 if self._columns == 1 else self._curvature  # d/dz of the scores (-z, z) is 2

    def _ridge_scale(self) -> float:
        return 2.0 if self._columns == 1 else 1.0  # one column stands for two opposite ones

    def _descend(self, sample: Sample) -> None:
        mean, n = self._moments.mean, self._moments.n
        rows, targets = sample.inputs, one_hot(sample.labels, self._classes).to(sample.inputs.dtype)
        weights, bias = self._weights, self._intercept + torch.einsum("d,dkc->kc", mean, self._weights)
        scores = self._score(rows, weights, self._intercept)
        ridge = (self._ridge_scale() * self._variance[:, None] * self._penalties)[..., None]
        before: tuple[Tensor, ...] | None = None
        for _ in range(self._steps):
            chances = self._chances(scores)
            grad, grad_bias = self._gradient(rows, chances, targets, sample.weights, mean)
            grad, grad_bias = grad + ridge * weights, grad_bias + bias
            step = self._bound.solve(grad)
            step_bias = grad_bias / (self._hessian_scale() * n + 1.0)
            way, way_bias = -step, -step_bias
            if before is not None:
                beta = _polak_ribiere(grad, grad_bias, step, step_bias, *before)
                way, way_bias = way + beta[:, None] * before[4], way_bias + beta[:, None] * before[5]
            slope = (grad * way).sum((0, 2)) + (grad_bias * way_bias).sum(1)
            along = self._score(rows, way, way_bias - torch.einsum("d,dkc->kc", mean, way))
            bend = self._bend(along, chances, sample.weights) + (ridge * way * way).sum((0, 2)) + (way_bias**2).sum(1)
            length = (-slope / bend.clamp(min=1e-12)).clamp(0.0, 10.0)[:, None]
            weights, bias = weights + length * way, bias + length * way_bias
            scores.add_(length * along)
            before = (grad, grad_bias, step, step_bias, way, way_bias)
        self._weights = weights
        self._intercept = bias - torch.einsum("d,dkc->kc", mean, weights)

    def _chances(self, scores: Tensor) -> Tensor:
        return torch.sigmoid(2 * scores) if self._columns == 1 else torch.softmax(scores, -1)

    def _gradient(
        self, rows: Tensor, chances: Tensor, targets: Tensor, importance: Tensor | None, mean: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the gradient of the data term, [d, experts, columns] in centred inputs and [experts, columns]."""
        residual = 2 * (chances - targets[:, None, 1:]) if self._columns == 1 else chances - targets[:, None, :]
        if importance is not None:
            residual = residual * importance[:, None, None]
        total = residual.sum(0)
        gradient = (residual.flatten(1).T @ rows).T.contiguous().view(rows.shape[1], *total.shape)
        return gradient - mean[:, None, None] * total, total

    def _bend(self, along: Tensor, chances: Tensor, importance: Tensor | None) -> Tensor:
        """Return the second derivative of the data term along a direction, [experts]."""
        if self._columns == 1:
            bend = (4 * chances * (1 - chances) * along * along).sum(-1)
        else:
            weighted = chances * along
            bend = (weighted * along).sum(-1) - weighted.sum(-1) ** 2
        return bend.sum(0) if importance is None else importance @ bend


def _polak_ribiere(
    grad: Tensor, grad_bias: Tensor, step: Tensor, step_bias: Tensor, grad0: Tensor, bias0: Tensor,
    step0: Tensor, step_bias0: Tensor, *_: Tensor,
) -> Tensor:  # fmt: skip
    """Return the conjugacy factor of each expert, at least 0."""
    new = (step * (grad - grad0)).sum((0, 2)) + (step_bias * (grad_bias - bias0)).sum(1)
    old = (step0 * grad0).sum((0, 2)) + (step_bias0 * bias0).sum(1)
    return (new / old.clamp(min=1e-20)).clamp(0.0, 5.0)
