"""What predicts and learns in the loop: the bank's two levels of mixing, and what a `StreamCode` consists of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.mixture import Switching
from lit_hf.codes.schedule import increments
from lit_hf.probes.contract import Block, Prefix, Probe, Stateful


class Bank(Protocol):
    """Probes in families, what calibrates them, and the stacker over them (lit_hf/probes/bank.py)."""

    @property
    def families(self) -> tuple[Probe, ...]: ...
    @property
    def calibrated(self) -> Probe: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def stacker(self) -> Probe: ...


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a learner predicts for a block of b rows.

    table: log probabilities [b, C]; experts: those of everything beneath, [E, b, C]. Of numbers, both are predictive
    distributions. note: what `observe` wants back if they are paid.
    """

    table: Any
    experts: Any
    note: Any = None


class Learner(Protocol):
    """What the loop asks for predictions and lets learn: the bank's `ProbeMixture`, or a block code's single probe.

    The laws are those of `lit_hf.probes.contract.Learning`: `predict` is pure, `restore(state())` goes on alike.
    """

    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def weights(self) -> np.ndarray:
        """Return the weights [P] of `parts` that the next predictions are mixed with."""
        ...

    def predict(self, block: Block) -> Prediction:
        """Return predictions for the rows of `block`, and change nothing."""
        ...

    def observe(self, block: Block, paid: Prediction) -> None:
        """Remember that the rows of `block` were paid by what `predict` gave for them; once for each row, in order."""
        ...

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Learn the fresh rows of `prefix`, on which the experts had the log likelihood [E] (nats)."""
        ...

    def state(self) -> dict[str, Any]:
        """Return what was learned, as plain data."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state` that a learner of the same making had."""
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
class ProbeMixture(Stateful):
    """The bank's two levels of mixing: experts within a family, then families and the stacker."""

    learned = ("within", "across", "_calibrated", "_stacker")

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

    @property
    def _calibrated(self) -> Probe:
        return self.bank.calibrated

    @property
    def _sizes(self) -> list[int]:
        return [len(family.names) for family in self.bank.families]

    @property
    def _stacker(self) -> Probe:
        return self.bank.stacker

    def predict(self, block: Block) -> Prediction:
        """Return the mixture [b, C] and all experts [E, b, C]: single probes, families, stacker."""
        single, note = self.bank.calibrated.offer(block)
        parts = zip(self.within, single.split(self._sizes), strict=True)
        mixed = torch.stack([node.mix(table) for node, table in parts])
        above = replace(block, inputs=mixed.transpose(0, 1))
        stacked, own = self.bank.stacker.offer(above)
        level = torch.cat([mixed, stacked])
        return Prediction(self.across.mix(level), torch.cat([single, level]), (note, above, own))

    def observe(self, block: Block, paid: Prediction) -> None:
        """Let every probe take note of its predictions."""
        note, above, own = paid.note
        self.bank.calibrated.observe(block, note)
        self.bank.stacker.observe(above, own)

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Move all weights by the experts' log likelihood [E] of the increment, then let every probe learn it."""
        sizes = self._sizes
        for node, part in zip(self.within, likelihood[: sum(sizes)].split(sizes), strict=True):
            node.update(part)
        self.across.update(likelihood[sum(sizes) :])
        self.bank.calibrated.learn(prefix)
        self.bank.stacker.learn(prefix)


def online_code(bank: Bank, classes: int, groups: np.ndarray, device: torch.device) -> StreamCode:
    """Return the code of small increments, from which `bank` learns warm."""
    return StreamCode(ProbeMixture(bank, classes, device), tuple(increments(groups)))
