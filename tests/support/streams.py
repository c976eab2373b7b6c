"""Synthetic streams, and short ways to code them, for the tests of probes, codes and measures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.curve import Curve
from lit_hf.codes.schedule import increments
from lit_hf.coding.codelength import code_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import Alphabet
from lit_hf.probes.contract import Block, Learning, Prefix

CHEAP = ("ridge", "discriminant")


def gaussian(n: int, dim: int, classes: int, *, signal: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return features float32 [n, dim] and labels [n]: class means of length `signal` apart from noise of unit
    variance.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=n)
    means = signal * rng.normal(size=(classes, dim)) / np.sqrt(dim) * np.sqrt(2)
    return (means[labels] + rng.normal(size=(n, dim))).astype(np.float32), labels


def code(
    features: np.ndarray, labels: np.ndarray, classes: int = 2, *, groups: np.ndarray | None = None, number: int = 0,
    seed: int = 0, kinds: tuple[str, ...] | None = CHEAP,
) -> Curve:  # fmt: skip
    """Code one order; order 0 is the order of the rows. kinds=None: the default bank."""
    groups = np.arange(len(labels)) if groups is None else groups
    return code_order(features, Examples(labels, groups), Alphabet(classes), Order(number, seed), Code(probes=kinds))


def walk(probe: Learning, inputs: Tensor, labels: Tensor, *, learn_last: bool = True) -> Iterator[tuple[int, Tensor]]:
    """Yield (start, predictions [experts, b, classes]) of each increment, and let the probe learn it afterwards."""
    for start, stop in increments(np.arange(len(labels))):
        block = Block(inputs[start:stop], start)
        found, note = probe.offer(block)
        yield start, found
        probe.observe(block, note)
        if stop < len(labels) or learn_last:
            probe.learn(prefix(inputs, labels, stop, start))


def prefix(inputs: Tensor, labels: Tensor, n: int, fresh: int) -> Prefix:
    """Return the first `n` rows as a probe may see them."""
    return Prefix(lambda a, b: inputs[a:b], lambda a, b: labels[a:b], n, fresh)


def tensors(features: np.ndarray, labels: np.ndarray) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(features), torch.from_numpy(labels)
