"""ewc: weights are held by how much the outputs of earlier tasks depend on them.

    loss + strength / 2 * sum_k sum_i F_ki (theta_i - theta_ki)^2

F_k: the diagonal of the Fisher information after task k, over up to 200 of its examples, with labels drawn from the
model's own outputs. Kirkpatrick et al. (2017), "Overcoming catastrophic forgetting in neural networks".
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from lit_hf.continual.contract import Learner, Method, Pool

LOOKED_AT = 200


class Ewc(Method):
    """Elastic weight consolidation, a penalty for each earlier task."""

    name = "ewc"

    def __init__(self, strength: float = 1e4) -> None:
        self.strength = strength
        self.held: list[tuple[dict[str, Tensor], dict[str, Tensor]]] = []
        """Of each earlier task: weights, and Fisher information."""

    def loss(self, learner: Learner, batch: Pool) -> Tensor:
        """Return the loss of the batch and the penalties."""
        found, weights = learner.loss(batch), dict(learner.network.named_parameters())
        for anchor, fisher in self.held:
            for name, each in weights.items():
                found = found + (self.strength or 0) / 2 * (fisher[name] * (each - anchor[name]).square()).sum()
        return found

    def after_task(self, learner: Learner) -> None:
        """Keep weights and Fisher information of the lesson that was just learned."""
        pool = learner.pool(learner.begun[-1])
        places = learner.random.permutation(len(pool))[:LOOKED_AT]
        weights = dict(learner.network.named_parameters())
        fisher = {name: torch.zeros_like(each) for name, each in weights.items()}
        for place in places:
            for name, slope in _slopes(learner, pool.take(places[places == place]), weights).items():
                fisher[name] += slope.square() / len(places)
        self.held.append(({name: each.detach().clone() for name, each in weights.items()}, fisher))


def _slopes(learner: Learner, one: Pool, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the gradient of the loss of one example with a label drawn from the model's own outputs."""
    with torch.no_grad():
        outputs = learner.network(one.items).masked_fill(~learner.allowed(one), -torch.inf)
        chances = torch.softmax(outputs[0].double(), 0).numpy()
    one.labels = learner.random.choice(len(chances), 1, p=chances / chances.sum())
    found = torch.autograd.grad(learner.loss(one), list(weights.values()), allow_unused=True)
    return {name: slope for name, slope in zip(weights, found, strict=True) if slope is not None}
