"""Numbers in the prequential loop: probes that predict distributions, mixed as the probes of classes are.

Two levels of `Switching`, over the experts of a family and over the families, one of which is wide: Cauchy
distributions of all scales, a floor for outliers. The first increment is coded by the prior of the marginal code; it
fixes where the numbers lie and how far they spread for all that comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.curve import Curve
from lit_hf.codes.forecast import Forecast
from lit_hf.codes.loop import Chunk
from lit_hf.codes.marginal import SCALES, beside_marginal, prior_forecast
from lit_hf.codes.mixture import LN2, Switching
from lit_hf.codes.prequential import Coder
from lit_hf.codes.probe_mixture import Prediction
from lit_hf.probes.contract import Block, Learning, Prefix, Stateful

FAR = 10.0  # quartile distances: 13 deviations of normal numbers


class Predictors(Protocol):
    """Probes in families."""

    @property
    def families(self) -> tuple[Learning, ...]: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Foresight:
    """What is predicted for b rows: `leaves` [E, b], their families and both levels' weights, natural logarithms.

    within: one array for each family, along the leaves. prior: nothing is learned yet, and the wide family speaks.
    """

    leaves: Forecast
    within: tuple[np.ndarray, ...]
    across: np.ndarray
    prior: bool = False

    def scores(self, bins: Tensor | np.ndarray) -> Tensor:
        """Return log probabilities float64 of `bins` [b] by everything beneath, [E + F, b]: leaves, then families."""
        return torch.from_numpy(self._scores(np.asarray(bins))[0])

    def bits(self, bins: np.ndarray) -> np.ndarray:
        """Return the bits [b] of `bins` under the mixture."""
        return np.asarray(-self._scores(bins)[1] / LN2)

    def below(self, bins: np.ndarray) -> np.ndarray:
        """Return the mixture's probability [b] of all below the middle of each bin."""
        return np.exp(self.log_weights()) @ self.leaves.below(bins)

    def location(self) -> np.ndarray:
        """Return the mean over experts of their locations [b], in bins; the wide family, which has no mean, is out."""
        kept = np.exp(self.log_weights())[: -len(SCALES)]
        return kept @ self.leaves.location[: -len(SCALES)] / kept.sum()

    def plain(self) -> dict[str, Any]:
        """Return the fields as tensors; `of` makes a foresight of them again."""
        leaves = np.stack([self.leaves.location, self.leaves.scale, self.leaves.freedom])
        within = [torch.from_numpy(part.copy()) for part in self.within]
        across = torch.from_numpy(self.across.copy())
        return {"leaves": torch.from_numpy(leaves), "within": within, "across": across, "prior": self.prior}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Foresight:
        """Return what `plain` was made of."""
        within = tuple(part.numpy() for part in plain["within"])
        return cls(Forecast(*plain["leaves"].numpy()), within, plain["across"].numpy(), plain["prior"])

    def log_weights(self) -> np.ndarray:
        """Return the weights [E] of the leaves in the mixture, natural logarithms."""
        return np.concatenate([own + part for own, part in zip(self.across, self.within, strict=True)])

    def _scores(self, bins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.prior:
            wide = np.logaddexp.reduce(prior_forecast(len(bins)).log_mass(bins) - np.log(len(SCALES)), 0)
            return np.broadcast_to(wide, (sum(map(len, self.within)) + len(self.within), len(wide))).copy(), wide
        found = self.leaves.log_mass(bins)
        cuts = np.cumsum([len(part) for part in self.within])[:-1]
        families = np.stack([
            np.logaddexp.reduce(part + own[:, None], 0)
            for part, own in zip(np.split(found, cuts), self.within, strict=True)
        ])  # fmt: skip
        return np.concatenate([found, families]), np.logaddexp.reduce(families + self.across[:, None], 0)


@dataclass
class NumberMixture(Stateful):
    """The learner of numbers; `Prefix` labels are bins, probes are given them standardised by the first increment."""

    learned = ("within", "across", "_families", "_place")

    bank: Predictors
    device: torch.device
    within: list[Switching] = field(init=False)
    across: Switching = field(init=False)
    _place: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        cpu = torch.device("cpu")
        sizes = [*(len(family.names) for family in self.bank.families), len(SCALES)]
        self.within = [Switching.even(size, cpu) for size in sizes]
        self.across = Switching.even(len(sizes), cpu)

    @property
    def parts(self) -> tuple[str, ...]:
        return (*self.bank.kinds, "wide")

    @property
    def names(self) -> tuple[str, ...]:
        wide = tuple(f"wide({scale:g})" for scale in SCALES)
        return tuple(name for family in self.bank.families for name in family.names) + wide + self.parts

    def weights(self) -> np.ndarray:
        return self.across.log_weights.exp().numpy()

    @property
    def _families(self) -> tuple[Learning, ...]:
        return self.bank.families

    def predict(self, block: Block) -> Prediction:
        """Return the mixture and everything beneath, which are one object."""
        offers, notes = zip(*(family.offer(block) for family in self.bank.families), strict=True)
        found = Foresight(
            self._leaves(offers),
            tuple(node.log_weights.numpy() for node in self.within),
            self.across.log_weights.numpy(),
            self._place is None,
        )
        return Prediction(found, found, notes)

    def observe(self, block: Block, paid: Prediction) -> None:
        """Let every probe take note of its predictions."""
        for family, note in zip(self.bank.families, paid.note, strict=True):
            family.observe(block, note)

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Move all weights by the experts' log likelihood of the increment, then let every probe learn it."""
        sizes = [len(node.log_weights) for node in self.within]
        for node, part in zip(self.within, likelihood[: sum(sizes)].split(sizes), strict=True):
            node.update(part)
        self.across.update(likelihood[sum(sizes) :])
        if self._place is None:
            first = prefix.labels(0, prefix.n).double()
            self._place = float(first.mean()), max(float(first.std(correction=0)), 1.0)
        numbers = prefix.relabelled(self._standard(prefix))
        for family in self.bank.families:
            family.learn(numbers)

    def _standard(self, prefix: Prefix) -> Callable[[int, int], Tensor]:
        """Return what reads labels for the probes: standardised, and drawn in to `FAR` quartile distances.

        One wild number would else decide sums of squares for good. Bounds are those of the prefix.
        """
        assert self._place is not None
        centre, spread = self._place
        quartiles = np.quantile(prefix.labels(0, prefix.n).cpu().numpy(), (0.25, 0.5, 0.75))
        reach = FAR * (quartiles[2] - quartiles[0]) or np.inf
        low, high = quartiles[1] - reach, quartiles[1] + reach
        return lambda a, b: ((prefix.labels(a, b).double().clamp(low, high) - centre) / spread).float()

    def _leaves(self, offers: Sequence[Tensor]) -> Forecast:
        found = [offer.double().cpu().numpy() for offer in offers]
        location, scale, freedom = np.concatenate(found, 1)
        centre, spread = self._place or (0.0, 1.0)
        wide = np.repeat(spread * SCALES[:, None], location.shape[1], 1)
        return Forecast(
            np.concatenate([location * spread, np.zeros_like(wide)]) + centre,
            np.concatenate([scale * spread, wide]),
            np.concatenate([freedom, np.ones_like(wide)]),
        )


class NumberCoder(Coder):
    """Codes one order of bins; see `Coder`. Its code has no nulls of classes: the marginal stands beside the probes."""

    def _pay(self, chunk: Chunk) -> None:
        now, rows = self._now(chunk), slice(chunk.start, chunk.stop)
        foresight: Foresight = chunk.table
        self._paid[rows] = foresight.bits(now)
        self._confidence[rows] = foresight.below(now)
        self._rows.append(-foresight.scores(now).sum(1).numpy() / LN2)
        self._weights.append(chunk.weights)
        self._edges.append(chunk.stop)

    def restore(self, state: dict[str, Any]) -> None:
        """Become the coder whose `state` this is."""
        super().restore(state)
        self._loop.kept = {mark: Foresight.of(plain) for mark, plain in self._loop.kept.items()}

    def curve(self) -> Curve:
        """Return what was paid so far."""
        found = super().curve()
        nothing = np.empty(0, np.float32), np.empty(0, bool)
        plain = replace(found, confidence=nothing[0], correct=nothing[1], below=found.confidence.astype(np.float64))
        return beside_marginal(plain, self._labels[: self.coded])
