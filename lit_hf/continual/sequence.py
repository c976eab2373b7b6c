"""One network through a sequence of lessons by one method: a pure function of network, lessons, method and seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from lit_hf.continual.contract import Learner, Method
from lit_hf.continual.methods import make_method
from lit_hf.continual.methods.naive import Naive
from lit_hf.continual.networks import Learning
from lit_hf.continual.scenario import Scenario

CLIP = 1.0
"""Gradients are cut at this length: a penalty of 10^4 would else throw the first steps away."""


@dataclass(frozen=True)
class Training:
    """How each lesson is learned: Adam, a fresh one for each lesson. `rate` None: the network's own."""

    epochs: int = 6
    batch: int = 32
    rate: float | None = None


@dataclass(eq=False)
class Sequences:
    """States along sequences of lessons; what several methods share is learned once."""

    scenario: Scenario
    make: Callable[[int], Learning]
    training: Training
    _kept: dict[tuple[str, int, tuple[int, ...]], Learning] = field(default_factory=dict)

    def key(self, method: str, seed: int, done: Sequence[int]) -> tuple[str, int, tuple[int, ...]]:
        """Return what tells states apart: state 0 is every method's, the state after one lesson most methods'."""
        shared = not done or (len(done) == 1 and make_method(method).alike_at_first)
        return "any" if shared else method, seed, tuple(done)

    def states(self, method: str, seed: int, order: Sequence[int]) -> list[Learning]:
        """Return state 0 and the state after each lesson of `order`; snapshots."""
        keys = [self.key(method, seed, order[:place]) for place in range(len(order) + 1)]
        if any(key not in self._kept for key in keys):
            self._learn(make_method(method), seed, order, keys)
        return [self._kept[key] for key in keys]

    def forget(self, seed: int) -> None:
        """Let go of the states of a seed."""
        self._kept = {key: state for key, state in self._kept.items() if key[1] != seed}

    def _learn(
        self, method: Method, seed: int, order: Sequence[int], keys: Sequence[tuple[str, int, tuple[int, ...]]]
    ) -> None:  # fmt: skip
        origin = self._kept.setdefault(keys[0], self.make(seed).snapshot())
        network = origin.snapshot().requires_grad_(True)
        learner = Learner(network, self.scenario, np.random.default_rng([seed, 1]), origin)
        for place, lesson in enumerate(order):
            learner.begun.append(lesson)
            known = self._kept.get(keys[place + 1]) if keys[place + 1][0] == "any" else None
            if known is None:
                first = place == 0 and method.alike_at_first
                _learn_lesson(learner, Naive() if first else method, self.training, seed)
            else:
                learner.network.load_state_dict(known.state_dict())
            method.after_task(learner)
            self._kept.setdefault(keys[place + 1], learner.network.snapshot())


def _learn_lesson(learner: Learner, method: Method, training: Training, seed: int) -> None:
    """Learn the lesson that has just begun; the order of batches depends on the seed and the lesson alone."""
    pool, network = method.before_task(learner), learner.network
    random = np.random.default_rng([seed, 2, learner.begun[-1]])
    head = set(network.head.parameters())
    body = [each for each in network.parameters() if each.requires_grad and each not in head]
    rate = training.rate or network.rate
    train = torch.optim.Adam([
        {"params": body, "lr": rate}, {"params": list(head), "lr": rate * network.head_rate}
    ])  # fmt: skip
    for _ in range(training.epochs):
        places = random.permutation(len(pool))
        for start in range(0, len(pool), training.batch):
            loss = method.loss(learner, pool.take(places[start : start + training.batch]))
            train.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*body, *head], CLIP)
            train.step()
