"""l2: a pull of all weights towards the last state, strength / 2 * |theta - theta*|^2."""

from __future__ import annotations

from torch import Tensor

from lit_hf.continual.contract import Learner, Method, Pool


class L2(Method):
    """Every weight is held alike."""

    name = "l2"

    def __init__(self, strength: float = 0.1) -> None:
        self.strength = strength
        self.anchor: dict[str, Tensor] | None = None

    def loss(self, learner: Learner, batch: Pool) -> Tensor:
        """Return the loss of the batch and the pull."""
        found = learner.loss(batch)
        if self.anchor is None:
            return found
        moved = [(each - self.anchor[name]).square().sum() for name, each in learner.network.named_parameters()]
        return found + (self.strength or 0) / 2 * sum(moved[1:], moved[0])

    def after_task(self, learner: Learner) -> None:
        """Keep the weights."""
        self.anchor = {name: each.detach().clone() for name, each in learner.network.named_parameters()}
