"""What a method of continual learning is: three moments at which it may do something of its own.

Laws (tests/continual/test_methods.py holds every method to them, by name): before anything was learned a method's loss
is the loss of the batch alone; what it keeps is explicit, in its own fields; it never sees what is coded, nor a task
that has not begun; the same seed gives the same weights.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from lit_hf.continual.networks import Learning
    from lit_hf.continual.scenario import Scenario


@dataclass(eq=False)
class Pool:
    """Examples to learn from: `items`, `labels` int64 [n] among the outputs, `lessons` int64 [n]."""

    items: list[Any]
    labels: np.ndarray
    lessons: np.ndarray

    def __len__(self) -> int:
        return len(self.items)

    def take(self, places: np.ndarray) -> Pool:
        """Return the examples at `places`."""
        return Pool([self.items[place] for place in places], self.labels[places], self.lessons[places])

    @classmethod
    def joined(cls, pools: Sequence[Pool]) -> Pool:
        """Return all examples of several pools."""
        return cls(
            [item for pool in pools for item in pool.items],
            np.concatenate([pool.labels for pool in pools]), np.concatenate([pool.lessons for pool in pools]),
        )  # fmt: skip


@dataclass(eq=False)
class Learner:
    """A network on its way through a scenario.

    begun: the lessons that were begun, in their order; the last one is being learned. origin: state 0.
    """

    network: Learning
    scenario: Scenario
    random: np.random.Generator
    origin: Learning
    begun: list[int] = field(default_factory=list)

    def pool(self, lesson: int) -> Pool:
        """Return what is learned in a lesson that was begun."""
        if lesson not in self.begun:
            raise ValueError(f"lesson {lesson} has not begun")
        found = self.scenario.lessons[lesson]
        return Pool(found.learned, found.learned_labels, np.full(len(found.learned), lesson))

    def allowed(self, pool: Pool) -> Tensor:
        """Return which outputs compete for each example, bool [n, C]."""
        if self.scenario.kind == "task":
            return torch.from_numpy(np.stack([self.scenario.mask([each]) for each in pool.lessons]))
        return torch.from_numpy(self.scenario.mask(self.begun)).expand(len(pool), -1)

    def loss(self, pool: Pool) -> Tensor:
        """Return the target's loss of a batch under the outputs that compete."""
        outputs = self.network(pool.items).masked_fill(~self.allowed(pool), -torch.inf)
        return self.scenario.target.loss(outputs, torch.from_numpy(pool.labels))


class Method(ABC):
    """The plain way: learn the newest lesson and keep nothing. Subclasses change one or more of the three moments."""

    name: ClassVar[str]
    strength: float | None = None
    """The one number that a method may have; None for those without. It is fixed before a table is run."""
    alike_at_first: ClassVar[bool] = True
    """Whether the first lesson is learned as the plain way does it, so that its state is shared among methods."""

    def before_task(self, learner: Learner) -> Pool:
        """Prepare for the lesson that has just begun; return what to learn from."""
        return learner.pool(learner.begun[-1])

    def loss(self, learner: Learner, batch: Pool) -> Tensor:
        """Return the loss of one batch, a scalar with a gradient."""
        return learner.loss(batch)

    def after_task(self, learner: Learner) -> None:
        """Keep what is needed of the lesson that was just learned."""
        return

    @property
    def called(self) -> str:
        """Name and strength, as `--methods` takes them."""
        return self.name if self.strength is None else f"{self.name}={self.strength:g}"
