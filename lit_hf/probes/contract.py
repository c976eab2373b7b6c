"""The contract between the prequential loop and what learns in it.

A probe predicts from a `Block`, which holds inputs only, and learns from a `Prefix`, which holds inputs and labels of
the rows that are coded already and raises beyond them. Look-ahead cannot be written by accident, and no probe hoards
data of its own.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Reader = Callable[[int, int], Tensor]


@dataclass(frozen=True)
class Block:
    """Inputs that are to be predicted: `inputs` [b, ...] and `start`, the stream position of the first."""

    inputs: Tensor
    start: int


class Prefix:
    """The rows [0, n) of a stream, of which [fresh, n) are new since the last call of `learn`.

    `inputs(a, b)` gives rows [b - a, ...], `labels(a, b)` gives int64 [b - a]; both raise `IndexError` outside [0, n).
    """

    def __init__(self, inputs: Reader, labels: Reader, n: int, fresh: int) -> None:
        self._inputs, self._labels = inputs, labels
        self.n, self.fresh = n, fresh

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return the input rows [start, stop)."""
        self._check(start, stop)
        return self._inputs(start, stop)

    def labels(self, start: int, stop: int) -> Tensor:
        """Return the labels of rows [start, stop), int64."""
        self._check(start, stop)
        return self._labels(start, stop)

    def mapped(self, inputs: Reader, fresh: int | None = None) -> Prefix:
        """Return the same rows and labels with other inputs (features of the inputs, or past predictions)."""
        return Prefix(inputs, self._labels, self.n, self.fresh if fresh is None else fresh)

    def _check(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.n:
            raise IndexError(f"rows [{start}, {stop}) were asked for; a probe may see rows [0, {self.n})")


class Probe(ABC):
    """A readout that learns online, with one or more experts (settings) that are computed together.

    Laws (tests/contracts/test_probes.py holds every probe to them):
    `predict` gives natural-log probabilities float32 [len(names), b, classes] that sum to one, changes no state that
    later predictions depend on other than through `learn`, and before the first `learn` is the uniform distribution;
    the same calls give the same floats; a row's prediction does not depend on the other rows of its block beyond
    float rounding.
    """

    names: tuple[str, ...]
    """One name for each expert, unique in a bank."""

    @abstractmethod
    def predict(self, block: Block) -> Tensor:
        """Return log probabilities [experts, b, classes] for the rows of `block`."""

    @abstractmethod
    def learn(self, prefix: Prefix) -> None:
        """Learn the rows [prefix.fresh, prefix.n), with the older ones at hand."""


def uniform(experts: int, rows: int, classes: int, like: Tensor) -> Tensor:
    """Return uniform log probabilities [experts, rows, classes] on the device of `like`."""
    return torch.full((experts, rows, classes), -math.log(classes), device=like.device)
