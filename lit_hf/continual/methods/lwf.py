"""lwf: on the new task's inputs, earlier outputs stay what the last state said.

    loss + strength * T^2 * sum over earlier groups of classes of KL(softmax(old / T) || softmax(new / T)), T = 2

A group is the classes of one task where the task is known, else all classes so far. Li and Hoiem (2016), "Learning
without Forgetting".
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import kl_div

from lit_hf.continual.contract import Learner, Method, Pool
from lit_hf.continual.networks import Learning

TEMPERATURE = 2.0


class Lwf(Method):
    """Distillation from the last state; keeps no example."""

    name = "lwf"

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength
        self.old: Learning | None = None
        self.groups: list[np.ndarray] = []

    def loss(self, learner: Learner, batch: Pool) -> Tensor:
        """Return the loss of the batch and the distance from the last state's outputs."""
        found = learner.loss(batch)
        if self.old is None:
            return found
        with torch.no_grad():
            before = self.old(batch.items)
        now = learner.network(batch.items)
        for group in self.groups:
            places = torch.from_numpy(group)
            ours, theirs = (torch.log_softmax(each[:, places] / TEMPERATURE, -1) for each in (now, before))
            apart = kl_div(ours, theirs, reduction="batchmean", log_target=True)
            found = found + (self.strength or 0) * TEMPERATURE**2 * apart
        return found

    def after_task(self, learner: Learner) -> None:
        """Keep the state, and which outputs belong together."""
        self.old = learner.network.snapshot()
        scenario, begun = learner.scenario, learner.begun
        parts = [[each] for each in begun] if scenario.kind == "task" else [begun]
        masks = {scenario.mask(part).tobytes(): scenario.mask(part) for part in parts}
        self.groups = [np.flatnonzero(mask) for mask in masks.values()]
