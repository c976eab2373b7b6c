"""What predicts and learns in the loop: the bank's two levels of mixing, and what a `StreamCode` consists of."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.mixture import Switching
from lit_hf.codes.schedule import increments
from lit_hf.probes.contract import Block, Prefix, Probe


class Bank(Protocol):
    """Probes in families and the stacker over them (lit_hf/probes/bank.py)."""

    @property
    def families(self) -> tuple[Probe, ...]: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def stacker(self) -> Probe: ...


class Learner(Protocol):
    """What the loop asks for predictions and lets learn: the bank's `Readout`, or a block code's single probe."""

    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def weights(self) -> np.ndarray:
        """Return the weights [P] of `parts` that the next predictions are mixed with."""
        ...

    def predict(self, block: Block) -> tuple[Tensor, Tensor]:
        """Return log probabilities [b, C] and those of everything beneath, [E, b, C]."""
        ...

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Learn the fresh rows of `prefix`, on which the experts had the log likelihood [E] (nats)."""
        ...


@dataclass(frozen=True)
class StreamCode:
    """How one stream is coded. `spans`: [start, stop) of each increment: predicted, paid for, then learned.

    nulls: the uniform code and the class prior stand beside the learner in `Top`. scaled: inputs are read as `Stream`
    scales them.
    """

    learner: Learner
    spans: tuple[tuple[int, int], ...]
    nulls: bool = True
    scaled: bool = True


@dataclass
class ProbeMixture:
    """The bank's two levels of mixing: experts within a family, then families and the stacker."""

    bank: Bank
    classes: int
    device: torch.device
    within: list[Switching] = field(init=False)
    across: Switching = field(init=False)

    def __post_init__(self) -> None:
        families = len(self.bank.families)
        self.within = [Switching.even(len(family.names), self.device) for family in self.bank.families]
        prior = torch.full((families + 1,), 0.5 / families, dtype=torch.float64, device=self.device)
        prior[-1] = 0.5
        self.across = Switching(prior)

    @property
    def parts(self) -> tuple[str, ...]:
        return (*self.bank.kinds, *self.bank.stacker.names)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for family in self.bank.families for name in family.names) + self.parts

    def weights(self) -> np.ndarray:
        return self.across.log_weights.exp().cpu().numpy()

    def predict(self, block: Block) -> tuple[Tensor, Tensor]:
        """Return the mixture [b, C] and all experts [E, b, C]: single probes, families, stacker."""
        single = [family.predict(block) for family in self.bank.families]
        mixed = torch.stack([node.mix(table) for node, table in zip(self.within, single, strict=True)])
        stacked = self.bank.stacker.predict(Block(mixed.transpose(0, 1), block.start))
        level = torch.cat([mixed, stacked])
        return self.across.mix(level), torch.cat([*single, level])

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Move all weights by the experts' log likelihood [E] of the increment, then let every probe learn it."""
        sizes = [len(family.names) for family in self.bank.families]
        for node, part in zip(self.within, likelihood[: sum(sizes)].split(sizes), strict=True):
            node.update(part)
        self.across.update(likelihood[sum(sizes) :])
        for family in self.bank.families:
            family.learn(prefix)
        self.bank.stacker.learn(prefix)


def online_code(bank: Bank, classes: int, groups: np.ndarray, device: torch.device) -> StreamCode:
    """Return the code of small increments, from which `bank` learns warm."""
    return StreamCode(ProbeMixture(bank, classes, device), tuple(increments(groups)))


def predict_held_out(learner: Learner, block: Block) -> tuple[Tensor, Tensor]:
    """Predict rows that are not learned next, with a copy: the windows of past predictions must not see them."""
    return copy.deepcopy(learner).predict(block)
