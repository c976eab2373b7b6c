"""What k labels of one side cost: cold, after its own others, after another side, after both, in one order.

    cold | own: A_n, A_k | given: B, A_k | both: B, A_n, A_k

All code the same k labels, the last ones of the order of A. The other side has an order of its own in each; its
inputs that stand among the k are left out, whole groups of copies, and so are labels that A does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.codes.orders import order_of
from lit_hf.codes.stream import Rows
from lit_hf.coding.after import Tail, code_after, group_end
from lit_hf.coding.given import require_arguments
from lit_hf.coding.order import Code, Examples
from lit_hf.coding.rules import Alphabet, Rule
from lit_hf.studies.information import tail_size
from lit_hf.studies.sides import Arrays, Side, side_of_arrays

CodeAfter = Callable[[Rows, Examples, Rule, Code, np.ndarray, np.ndarray, Sequence[int]], "dict[int, Tail]"]
"""`lit_hf.coding.after.code_after`, or another code in its place."""


@dataclass(frozen=True)
class Way:
    """How arms are coded."""

    code: Code
    seed: int = 0
    code_after: CodeAfter = code_after


def read_pair(
    a: Arrays, b: Arrays, orders: int, seed: int, device: str, kinds: Sequence[str] | None
) -> tuple[list[Side], Way]:
    """Return two sets of arrays as sides, and how they are coded, of what the caller of a public function gave."""
    require_arguments(orders, seed, None, device)
    way = Way(Code("online", tuple(kinds) if kinds else None, device), seed)
    return [side_of_arrays("a", a), side_of_arrays("b", b)], way


@dataclass(frozen=True, eq=False)
class Own:
    """Bits [k] of the last labels of one side, cold and after its `labels` others; groups int64 [k]."""

    cold: np.ndarray
    own: np.ndarray
    groups: np.ndarray
    labels: int


@dataclass(frozen=True, eq=False)
class Beside:
    """Bits [k] of the same labels after the other side's `labels`, alone and with their own others after these.

    removed: labels of the other side whose inputs stand among the k. unmatched: those that the coded side has no class
    for. chain: bits of both in one stream, the other side first, and the k labels first; None where it was not asked.
    """

    given: np.ndarray
    both: np.ndarray
    labels: int
    removed: int
    unmatched: int
    chain: tuple[float, float] | None = None


def parts_of(side: Side, seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the others and the last k examples of order `number`; no group of copies is cut."""
    groups = side.examples.groups
    index = order_of(groups, seed, number, keep_first=False)
    cut = group_end(groups, index, len(index) - tail_size(len(index)))
    return index[:cut], index[cut:]


def code_own(side: Side, way: Way, number: int) -> Own:
    """Code one side's last labels, cold and after its others."""
    past, tail = parts_of(side, way.seed, number)
    rule = Alphabet(len(side.names))
    found = way.code_after(side.features, side.examples, rule, way.code, past, tail, [0, len(past)])
    return Own(found[0].bits, found[len(past)].bits, side.examples.groups[tail], len(past))


@dataclass(frozen=True, eq=False)
class Pair:
    """Two sides in one: the examples of `given`, then those of `coded`, with the classes of `coded`."""

    coded: Side
    given: Side
    features: np.ndarray
    examples: Examples

    @classmethod
    def of(cls, coded: Side, given: Side) -> Pair:
        """Return both; a label of `given` that `coded` has no class for is -1."""
        places = {name: place for place, name in enumerate(coded.names)}
        named = np.array([places.get(name, -1) for name in given.names], np.int64)
        labels = np.concatenate([named[given.examples.labels], coded.examples.labels])
        first = given.examples.groups
        groups = np.concatenate([first, coded.examples.groups + first.max() + 1])
        rows = np.concatenate([given.rows, coded.rows + given.features.shape[0]])
        features = np.concatenate([np.asarray(side.features[:]) for side in (given, coded)])
        return cls(coded, given, features, Examples(labels, groups, rows))

    def code(self, way: Way, number: int, with_chain: bool = False) -> Beside:
        """Code the last labels of `coded` after those of `given`."""
        past, tail = parts_of(self.coded, way.seed, number)
        side, unmatched, removed = self._side_information(way, number, tail)
        offset, known = len(self.given.keys), len(side)
        past, tail = past + offset, tail + offset
        found = self._after(way, np.concatenate([side, past]), tail, [known, known + len(past)])
        given = found[known]
        chain = None
        if with_chain and known:
            cold = self._after(way, side[:0], tail, [0])[0].total
            other = self._after(way, tail, side, [len(tail)])[len(tail)].total
            chain = (given.before + given.total, cold + other)
        return Beside(given.bits, found[known + len(past)].bits, known, removed, unmatched, chain)

    def _side_information(self, way: Way, number: int, tail: np.ndarray) -> tuple[np.ndarray, int, int]:
        """Return what of `given` may be known, in its order; and how many labels have no class, or were removed."""
        index, removed = known_of(self.given, way, number, self.coded.keys[tail])
        fits = self.examples.labels[index] >= 0
        return index[fits], int((~fits).sum()), removed

    def _after(self, way: Way, past: np.ndarray, tail: np.ndarray, edges: Sequence[int]) -> dict[int, Tail]:
        rule = Alphabet(len(self.coded.names))
        return way.code_after(self.features, self.examples, rule, way.code, past, tail, edges)


def known_of(given: Side, way: Way, number: int, coded: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the examples of `given` in its order without those that are `coded` (keys), and how many these are.

    With an example all its copies are left out.
    """
    groups = given.examples.groups
    index = order_of(groups, way.seed, number, keep_first=False)
    same = np.unique(groups[np.isin(given.keys, coded)])
    gone = np.isin(groups[index], same)
    return index[~gone], int(gone.sum())
