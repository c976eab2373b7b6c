"""A log-linear stacker: families of probes combine instead of competing.

p(y) is proportional to exp( sum_f w_f log p_f(y) + a_y ). Weights and class offsets minimise the log-loss of the past
predictions in a window plus a ridge towards w = 1 / F, a = 0, by damped Newton steps at every increment. It is one
more expert in the mixture, so that it is paid for like the others. A product of experts: Hinton (2002); prequential
weights: Yao et al. (2018).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lit_hf.probes.contract import Block, Prefix, Probe
from lit_hf.probes.window import Window

RIDGE = 30.0
ROWS, SKIP = 4096, 0.1  # few weights: a longer past than for temperatures
NEWTON_STEPS = 2
MIN_ROWS = 8


class Stacker(Probe):
    """Inputs [b, families, classes]: the families' log probabilities for the same rows. One expert."""

    names = ("stack",)
    learned = ("_weights", "_offsets", "_window")

    def __init__(self, families: int, classes: int, *, device: torch.device | str = "cpu") -> None:
        self._weights = torch.full((families,), 1 / families, device=device)
        self._offsets = torch.zeros(classes, device=device)
        self._centre = torch.cat([self._weights, self._offsets])
        self._window = Window(ROWS, SKIP)

    def predict(self, block: Block) -> Tensor:
        return torch.log_softmax(self._score(block.inputs, self._weights, self._offsets), -1)[None]

    def observe(self, block: Block, note: None = None) -> None:
        self._window.put(block.inputs, block.start)

    def learn(self, prefix: Prefix) -> None:
        """Learn from the window of past predictions; `prefix` gives the labels."""
        inputs, labels = self._window.past(prefix)
        if prefix.n >= MIN_ROWS:
            for _ in range(NEWTON_STEPS):
                self._newton(inputs, labels)

    @staticmethod
    def _score(inputs: Tensor, weights: Tensor, offsets: Tensor) -> Tensor:
        return torch.einsum("bfc,f->bc", inputs, weights) + offsets

    def _loss(self, inputs: Tensor, labels: Tensor, state: Tensor) -> float:
        weights, offsets = state.split([len(self._weights), len(self._offsets)])
        data = cross_entropy(self._score(inputs, weights, offsets), labels, reduction="sum")
        return float(data + 0.5 * RIDGE * (state - self._centre).square().sum())

    def _newton(self, inputs: Tensor, labels: Tensor) -> None:
        state = torch.cat([self._weights, self._offsets])
        slope, bend = self._derivatives(inputs, labels, state)
        step, now, length = torch.linalg.solve(bend, slope), self._loss(inputs, labels, state), 1.0
        while length > 1e-3 and self._loss(inputs, labels, state - length * step) > now:
            length /= 2
        if length > 1e-3:
            state = state - length * step
        self._weights, self._offsets = state.split([len(self._weights), len(self._offsets)])

    def _derivatives(self, inputs: Tensor, labels: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return gradient [F + C] and Hessian [F + C, F + C] of the loss."""
        chances = torch.softmax(self._score(inputs, self._weights, self._offsets), -1)
        mean = torch.einsum("bfc,bc->bf", inputs, chances)
        paid = inputs.gather(2, labels[:, None, None].expand(-1, inputs.shape[1], 1))[..., 0]
        counts = torch.bincount(labels, minlength=chances.shape[1]).to(chances.dtype)
        slope = torch.cat([(mean - paid).sum(0), chances.sum(0) - counts]) + RIDGE * (state - self._centre)
        centred = (inputs - mean[..., None]) * chances[:, None]
        upper = torch.cat([torch.einsum("bfc,bgc->fg", centred, inputs), centred.sum(0)], 1)
        lower = torch.cat([centred.sum(0).T, torch.diag(chances.sum(0)) - chances.T @ chances], 1)
        return slope, torch.cat([upper, lower]) + RIDGE * torch.eye(len(state), device=state.device)
