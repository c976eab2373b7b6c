"""replay: a reservoir of `strength` examples of earlier tasks; each batch has as many of them beside it.

Vitter (1985), "Random sampling with a reservoir"; Chaudhry et al. (2019), "On Tiny Episodic Memories".
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from lit_hf.continual.contract import Learner, Method, Pool


class Replay(Method):
    """Every example of the past is in the reservoir with the same probability."""

    name = "replay"

    def __init__(self, strength: float = 250) -> None:
        self.strength = strength
        self.kept: Pool | None = None
        self.seen = 0

    def loss(self, learner: Learner, batch: Pool) -> Tensor:
        """Return the mean of both losses: of the batch, and of as many kept examples."""
        if self.kept is None:
            return learner.loss(batch)
        places = learner.random.choice(len(self.kept), min(len(batch), len(self.kept)), replace=False)
        return (learner.loss(batch) + learner.loss(self.kept.take(places))) / 2

    def after_task(self, learner: Learner) -> None:
        """Let the lesson's examples into the reservoir, one after the other."""
        fresh, size = learner.pool(learner.begun[-1]), int(self.strength or 0)
        whole = fresh if self.kept is None else Pool.joined([self.kept, fresh])
        held = len(whole) - len(fresh)
        slots = list(range(held))
        for place in range(len(fresh)):
            self.seen += 1
            if len(slots) < size:
                slots.append(held + place)
            elif (slot := int(learner.random.integers(self.seen))) < size:
                slots[slot] = held + place
        self.kept = whole.take(np.array(slots, dtype=np.int64))
