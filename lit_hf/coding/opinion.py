"""What one order says of each label from the labels before it, and the opinions of several orders put together.

    chance of label i = sum_r w_ri p_ri(label i) / sum_r w_ri,    w_ri = (position of i in order r)^2

A held-out score: no label takes part in its own chance, and late positions, which have seen more, count more. Each
order is a code; their averaged chances are none, and their bits are never added up to a codelength.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Rule

TINY = 2.0**-64
"""The least chance: no label costs more than 64 bits."""


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one order says, by example.

    chance: float64 [N], the probability of the label as given. table: float [N, K], what the target makes suggestions
    of: the probabilities of C classes, for example. position: int64 [N], from 1.
    """

    chance: np.ndarray
    table: np.ndarray
    position: np.ndarray


@dataclass(frozen=True, eq=False)
class Verdict:
    """What several orders say together, by example.

    bits: float64 [N], -log2 of the averaged chance of the label as given. deviation: float64 [N], standard deviation
    of its bits over orders, with the same weights. table: float64 [N, K], averaged.
    """

    bits: np.ndarray
    deviation: np.ndarray
    table: np.ndarray


def predictions(
    features: Rows, examples: Examples, rule: Rule, order: Order, code: Code
) -> Iterator[tuple[np.ndarray, np.ndarray, Any]]:
    """Yield (positions, examples, prediction) piece by piece: each is made before any label of its piece is learned."""
    from lit_hf.codes.loop import Loop
    from lit_hf.coding.rules import prepare_order

    prepared = prepare_order(features, examples, rule, order, code)
    loop = Loop(prepared.stream, prepared.code)
    while not loop.done:
        chunk = loop.predict()
        index = prepared.index[chunk.start : chunk.stop]
        yield np.arange(chunk.start, chunk.stop), index, chunk.table
        loop.pay(examples.labels[index])


def opinion_of_classes(features: Rows, examples: Examples, rule: Rule, order: Order, code: Code) -> Opinion:
    """Return what one order says of labels 0 .. C - 1; `table` has the probabilities of all of them, float32."""
    count = len(examples.labels)
    chance, position, table = np.empty(count), np.empty(count, np.int64), np.empty((0, 0), np.float32)
    for places, index, found in predictions(features, examples, rule, order, code):
        said = found.exp().cpu().numpy()
        if not table.size:
            table = np.empty((count, said.shape[1]), np.float32)
        table[index], position[index] = said, places + 1
        chance[index] = said[np.arange(len(index)), examples.labels[index]]
    return Opinion(chance, table, position)


def together(opinions: Iterable[Opinion]) -> Verdict:
    """Return what several orders say together; they are added up as they come. Raises ValueError for none."""
    total: list[np.ndarray] = []
    for each in opinions:
        weight, own = each.position.astype(np.float64) ** 2, bits_of(each.chance)
        parts = [weight, weight * each.chance, weight * own, weight * own**2, weight[:, None] * each.table]
        for place, part in enumerate(parts if total else []):
            total[place] += part
        total = total or parts
    if not total:
        raise ValueError("a verdict needs at least one opinion")
    weight, chance, bits, squares, table = total
    table /= weight[:, None]
    variance = squares / weight - (bits / weight) ** 2
    return Verdict(bits_of(chance / weight), np.sqrt(np.maximum(variance, 0)), table)


def bits_of(chance: np.ndarray) -> np.ndarray:
    """Return -log2 of probabilities, at most 64."""
    return np.asarray(-np.log2(np.maximum(chance, TINY)))
