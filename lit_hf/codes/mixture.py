"""Mixtures of codes: a switching node that follows a change of the best expert, and the Bayes node at the top.

All weights are in base 2. A switching node with hazard `h` over E experts and I increments costs at most
    min_e L_e + log2 E + I * -log2(1 - h)   [bits]
when each increment's predictions are scored as one product; within an increment the weights stand still, so that the
table of an increment is fixed before any of its labels is read. Herbster and Warmuth (1998), "Tracking the best
expert".
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from lit_hf.probes.contract import Stateful

HAZARD = 0.02
LN2 = math.log(2.0)


class Switching(Stateful):
    """Fixed share over experts: `log_weights` float64 [E], natural logarithms."""

    learned = ("log_weights",)

    def __init__(self, prior: Tensor) -> None:
        self._prior = prior.double()
        self.log_weights = self._prior.log()

    @classmethod
    def even(cls, experts: int, device: torch.device) -> Switching:
        """Return a node that starts with equal weights."""
        return cls(torch.full((experts,), 1 / experts, dtype=torch.float64, device=device))

    def mix(self, predictions: Tensor) -> Tensor:
        """Return log probabilities [b, C] of the mixture of `predictions` [E, b, C]."""
        mixed = torch.logsumexp(predictions + self.log_weights.to(predictions.dtype)[:, None, None], 0)
        return torch.log_softmax(mixed, -1)

    def update(self, likelihood: Tensor) -> None:
        """Move the weights by the experts' log likelihood [E] (nats) of one increment, then share `HAZARD` by the
        prior.
        """
        posterior = torch.softmax(self.log_weights + likelihood.double(), 0)
        self.log_weights = ((1 - HAZARD) * posterior + HAZARD * self._prior).log()


class Top:
    """The Bayes node over (uniform, class prior, probes) with weights 1/4, 1/4, 1/2.

    A group is coded by the mixture of the parts' products: the parts stand still until it ends, the weights move with
    each label. It never switches, so that   code <= uniform + 2 bits   and   code <= class prior + 2 bits   hold for
    any labels and groups; with weights that stand still, each label of the first groups would pay these 2 bits again.
    The class prior is the adaptive KT code: p(c) = (n_c + 1/2) / (n + C/2), Krichevsky and Trofimov (1981).
    Only sums, products and quotients of float64 are used: the same numbers on every machine.
    """

    PRIOR = (0.25, 0.25, 0.5)

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.counts = np.zeros(classes)
        self.weights = np.array(self.PRIOR)

    def table(self, probes: np.ndarray) -> np.ndarray:
        """Return the parts' probabilities [3, ..., C] for the probes' probabilities [..., C]."""
        prior = (self.counts + 0.5) / (self.counts.sum() + 0.5 * self.classes)
        return np.stack(np.broadcast_arrays(np.full(self.classes, 1 / self.classes), prior, probes))

    def weigh(self, chances: np.ndarray) -> None:
        """Move the weights by what the parts gave to a label, `chances` [3]."""
        self.weights = self.weights * chances
        self.weights /= self.weights.sum()

    def count(self, labels: np.ndarray) -> None:
        """Learn the `labels` [g] of a group that has ended."""
        np.add.at(self.counts, labels, 1)
