"""Cumulative logit over a grid of ridge penalties: classes are steps of one scale, in their order.

    P(y <= k | x) = sigmoid(t_k - w^T x),   t_0 < t_1 < ... < t_(C-2)

One direction w for all classes, where a multinomial readout has C. For each penalty `lam`, w and t minimise
sum_i -log P(y_i | x_i) + lam/2 * sum_j v_j w_j^2, v_j being the variance of feature j in the prefix, with one pseudo
label of weight 1/2 for each class at the mean of the rows: a class that was never seen keeps its step, and no threshold
runs away. Conjugate gradients (Polak-Ribiere) for w with one Newton step along each direction, preconditioned as
`lit_hf.probes.ridge` is by a bound of the curvature (1/2 here); Newton steps with halved lengths for t, which never
let thresholds cross. McCullagh (1980), "Regression models for ordinal data", JRSS B 42.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor
from torch.nn.functional import logsigmoid

from lit_hf.probes.contract import Block, Prefix, Probe, uniform
from lit_hf.probes.moments import Moments
from lit_hf.probes.preconditioner import Preconditioner
from lit_hf.probes.replay import draw

VARIANCE_FLOOR = 0.02  # of the mean variance: a feature that hardly varies must not be blown up
MIN_ROWS = 4
PSEUDO = 0.5  # labels of each class at the mean of the rows
BOUND = 0.5  # of the second derivative of -log P by w^T x
LEAST_GAP = 1e-3  # between thresholds


class CumulativeLogit(Probe):
    """One expert for each penalty in `penalties`. Inputs [b, dim]; classes 0 .. C - 1 in their order."""

    learned = (
        "_weights", "_thresholds", "_centre", "_moments", "_generator", "_factored_at", "_fitted", "_variance",
        "_bound",
    )  # fmt: skip

    def __init__(
        self, dim: int, classes: int, penalties: Sequence[float], *, steps: int = 4, capacity: int = 16_384,
        refactor: float = 1.5, device: torch.device | str = "cpu",
    ) -> None:  # fmt: skip
        self.names = tuple(f"cumulative({penalty:g})" for penalty in penalties)
        self._classes, self._steps, self._capacity, self._refactor = classes, steps, capacity, refactor
        place = torch.device(device)
        self._penalties = torch.tensor(penalties, dtype=torch.float32, device=place)
        self._weights = torch.zeros(dim, len(penalties), device=place)
        shares = torch.arange(1, classes, device=place) / classes
        self._thresholds = shares.logit().repeat(len(penalties), 1)
        self._centre = torch.zeros(dim, device=place)
        self._moments = Moments(dim, place)
        self._generator = Generator().manual_seed(0)
        self._bound = Preconditioner(self._penalties, BOUND)
        self._factored_at, self._fitted = 0, False

    def predict(self, block: Block) -> Tensor:
        if not self._fitted:
            return uniform(len(self.names), len(block.inputs), self._classes, block.inputs)
        place = (block.inputs - self._centre) @ self._weights
        edges = self._edges()
        upper, lower = (edge - place[..., None] for edge in (edges[:, 1:], edges[:, :-1]))
        return torch.log_softmax(_log_mass(upper, lower), -1).transpose(0, 1).contiguous()

    def learn(self, prefix: Prefix) -> None:
        self._moments.update(prefix)
        if prefix.n < MIN_ROWS:
            return
        self._recentre()
        if prefix.n >= self._factored_at * self._refactor:
            self._factor(prefix)
        self._fit(prefix)
        self._fitted = True

    def _edges(self) -> Tensor:
        """Return the edges of the steps [experts, C + 1], from minus to plus infinity."""
        far = torch.full_like(self._thresholds[:, :1], torch.inf)
        return torch.cat([-far, self._thresholds, far], 1)

    def _recentre(self) -> None:
        """Measure rows from the mean of the prefix; thresholds move along, so that no prediction changes."""
        moved = self._moments.mean - self._centre
        self._thresholds = self._thresholds - (moved @ self._weights)[:, None]
        self._centre = self._centre + moved

    def _factor(self, prefix: Prefix) -> None:
        """Fix the variances that the ridge is in units of, and the bound of the curvature."""
        variance = self._moments.variance
        self._variance = variance + VARIANCE_FLOOR * variance.mean() + 1e-12
        self._bound.fit(prefix, self._moments, self._variance)
        self._factored_at = prefix.n

    def _fit(self, prefix: Prefix) -> None:
        sample = draw(prefix, self._capacity, self._generator)
        rows, labels = sample.inputs - self._centre, sample.labels
        count = torch.ones(len(rows), device=rows.device) if sample.weights is None else sample.weights
        before: tuple[Tensor, Tensor, Tensor] | None = None
        place = rows @ self._weights
        for _ in range(self._steps):
            self._move_thresholds(place, labels, count)
            below, above = self._at(place, labels)
            residual = (1 - below - above) * count[:, None]  # of -log P by the place
            grad = rows.T @ residual + self._variance[:, None] * self._penalties * self._weights
            step = self._bound.solve(grad[..., None])[..., 0]
            way = -step
            if before is not None:
                new, old = (step * (grad - before[0])).sum(0), (before[1] * before[0]).sum(0)
                way = way + (new / old.clamp(min=1e-20)).clamp(0.0, 5.0) * before[2]
            along = rows @ way
            bend = (count[:, None] * (below * (1 - below) + above * (1 - above)) * along * along).sum(0)
            bend = bend + (self._variance[:, None] * self._penalties * way * way).sum(0)
            length = (-(grad * way).sum(0) / bend.clamp(min=1e-12)).clamp(0.0, 10.0)
            self._weights, place = self._weights + length * way, place + length * along
            before = (grad, step, way)
        self._move_thresholds(place, labels, count)

    def _at(self, place: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return P(y < label) and P(y <= label) of each row, both [m, experts]."""
        edges = self._edges()
        lower, upper = edges[:, labels].T, edges[:, labels + 1].T
        return torch.sigmoid(lower - place), torch.sigmoid(upper - place)

    def _move_thresholds(self, place: Tensor, labels: Tensor, count: Tensor) -> None:
        """Make one Newton step on the thresholds, at most as long as half the way to where two of them would meet."""
        every = torch.arange(self._classes, device=labels.device)
        place = torch.cat([place, place.new_zeros(self._classes, place.shape[1])])
        labels = torch.cat([labels, every])
        count = torch.cat([count, count.new_full((self._classes,), PSEUDO)])
        below, above = self._at(place, labels)
        mass = (above - below).clamp(min=1e-12)
        down, up = below * (1 - below), above * (1 - above)
        slope = self._by_threshold(up / mass * count[:, None], -down / mass * count[:, None], labels)
        own = self._by_threshold(
            ((up / mass) ** 2 - up * (1 - 2 * above) / mass) * count[:, None],
            ((down / mass) ** 2 + down * (1 - 2 * below) / mass) * count[:, None],
            labels,
        )
        bend = torch.diag_embed(own.clamp(min=1e-6))
        if self._classes > 2:
            cross = torch.zeros_like(place[: self._classes]).index_add_(0, labels, up * down / mass**2 * count[:, None])
            between = cross[1:-1].T  # of labels between thresholds k - 1 and k
            bend = bend - torch.diag_embed(between, 1) - torch.diag_embed(between, -1)
        lift = 1e-4 * bend.diagonal(dim1=1, dim2=2).amax(1)[:, None, None]  # float32 rounding leaves it definite
        step = torch.linalg.solve(bend + lift * torch.eye(self._classes - 1, device=bend.device), slope)
        self._thresholds = self._thresholds + _within_order(self._thresholds, step) * step

    def _by_threshold(self, upper: Tensor, lower: Tensor, labels: Tensor) -> Tensor:
        """Add up what rows [m, experts] say of the thresholds above and below their labels: [experts, C - 1]."""
        found = torch.zeros(self._classes + 1, upper.shape[1], device=upper.device)
        found.index_add_(0, labels + 1, upper)
        found.index_add_(0, labels, lower)
        return found[1:-1].T.contiguous()


def _log_mass(upper: Tensor, lower: Tensor) -> Tensor:
    """Return log(sigmoid(upper) - sigmoid(lower)), without cancellation."""
    return logsigmoid(upper) + logsigmoid(-lower) + torch.log(-torch.expm1((lower - upper).clamp(max=-LEAST_GAP / 2)))


def _within_order(thresholds: Tensor, step: Tensor) -> Tensor:
    """Return what share of `step` each expert may go: [experts, 1]."""
    length = torch.ones(len(step), 1, device=step.device) / step.abs().amax(1, keepdim=True).clamp(min=1.0)
    gaps, moved = thresholds.diff(dim=1), step.diff(dim=1)
    if gaps.shape[1]:
        room = ((gaps - LEAST_GAP).clamp(min=0.0) / (-moved).clamp(min=1e-12)).where(moved < 0, torch.inf)
        length = torch.minimum(length, 0.5 * room.amin(1, keepdim=True))
    return length
