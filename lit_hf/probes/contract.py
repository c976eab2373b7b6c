"""The contract between the prequential loop and what learns in it.

A probe predicts from a `Block`, which holds inputs only, and learns from a `Prefix`, which holds inputs and labels of
the rows that are coded already and raises beyond them. Look-ahead cannot be written by accident, and no probe hoards
data of its own. Both carry feature rows and, where the stream has them, the opaque examples behind the rows (texts,
images, what an encoder that learns takes); a probe asks for either.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lit_hf.probes.state import Stateful as Stateful  # the contract of codes too

Reader = Callable[[int, int], Tensor]
ExampleReader = Callable[[int, int], Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Block:
    """Inputs that are to be predicted: `inputs` [b, ...] and `start`, the stream position of the first.

    examples: the same b inputs as whoever made the stream gave them, read when they are indexed; None without any.
    """

    inputs: Tensor
    start: int
    examples: Sequence[Any] | None = None


class Prefix:
    """The rows [0, n) of a stream, of which [fresh, n) are new since the last call of `learn`.

    `inputs(a, b)` gives rows [b - a, ...], `labels(a, b)` gives int64 [b - a], `examples(a, b)` the opaque inputs of
    the same rows; all raise `IndexError` outside [0, n).
    """

    def __init__(
        self, inputs: Reader, labels: Reader, n: int, fresh: int, examples: ExampleReader | None = None
    ) -> None:
        self._inputs, self._labels, self._examples = inputs, labels, examples
        self.n, self.fresh = n, fresh

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return the input rows [start, stop)."""
        self._check(start, stop)
        return self._inputs(start, stop)

    def labels(self, start: int, stop: int) -> Tensor:
        """Return the labels of rows [start, stop), int64."""
        self._check(start, stop)
        return self._labels(start, stop)

    def examples(self, start: int, stop: int) -> Sequence[Any]:
        """Return the opaque inputs of rows [start, stop), read when they are indexed; raise where there are none."""
        self._check(start, stop)
        if self._examples is None:
            raise LookupError("this stream has feature rows only, and no examples behind them")
        return self._examples(start, stop)

    def mapped(self, inputs: Reader, fresh: int | None = None) -> Prefix:
        """Return the same rows and labels with other inputs (features of the inputs, or past predictions)."""
        return Prefix(inputs, self._labels, self.n, self.fresh if fresh is None else fresh, self._examples)

    def relabelled(self, labels: Reader) -> Prefix:
        """Return the same rows with other labels (numbers made ready for probes)."""
        return Prefix(self._inputs, labels, self.n, self.fresh, self._examples)

    def until(self, n: int, fresh: int) -> Prefix:
        """Return the shorter prefix [0, n), of which [fresh, n) are new."""
        self._check(fresh, n)
        return Prefix(self._inputs, self._labels, n, fresh, self._examples)

    def block(self, start: int, stop: int) -> Block:
        """Return rows [start, stop) as they are predicted."""
        return Block(self.inputs(start, stop), start, self.examples(start, stop) if self._examples else None)

    def _check(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.n:
            raise IndexError(f"rows [{start}, {stop}) were asked for; a probe may see rows [0, {self.n})")


class Learning(Stateful, ABC):
    """What probes of classes and of numbers have in common: they predict, are told what was paid, and learn.

    Laws (tests/contracts/test_probes.py holds every probe to them): `predict` is pure, so that asking twice gives the
    same floats and changes nothing; the same calls give the same floats; `restore(state())` in another process goes on
    with the same floats; a row's prediction does not depend on the other rows of its block beyond float rounding.
    """

    names: tuple[str, ...]
    """One name for each expert, unique in a bank."""

    @abstractmethod
    def predict(self, block: Block) -> Tensor:
        """Return predictions for the rows of `block`; of classes, log probabilities [experts, b, classes]."""

    def offer(self, block: Block) -> tuple[Tensor, Any]:
        """Return the predictions, and a note of them that `observe` wants if they are paid; as pure as `predict`."""
        return self.predict(block), None

    def observe(self, block: Block, note: Any) -> None:
        """Remember that the rows of `block`, which follow those observed last, were paid by what has this `note`.

        For what learns from its own past predictions; called once for each row, before `learn`.
        """
        return

    @abstractmethod
    def learn(self, prefix: Prefix) -> None:
        """Learn the rows [prefix.fresh, prefix.n), with the older ones at hand."""


class Probe(Learning):
    """A readout of classes that learns online, with one or more experts (settings) that are computed together.

    Beside the laws of `Learning`: `predict` gives natural-log probabilities float32 [len(names), b, classes] that sum
    to one, and before the first `learn` is the uniform distribution.
    """


def uniform(experts: int, rows: int, classes: int, like: Tensor) -> Tensor:
    """Return uniform log probabilities [experts, rows, classes] on the device of `like`."""
    return torch.full((experts, rows, classes), -math.log(classes), device=like.device)
