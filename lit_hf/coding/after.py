"""Code these labels after those, from this edge on: what studies of datasets stand on.

    past (labels that are known) | edge | tail (labels that are paid for)

Increments end at the edge and start anew there: with the ordinary schedule, after 2,000 labels the first 300 of the
tail would be coded before anything of them is learned. Several edges share one pass over the past: the coder's state is
taken at each edge and goes on in a coder of its own, so that the same prefix gives the same floats. The bits of the
past and those of the tail add up to the code of both in one stream with this schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.coding.order import Code, Examples, PreparedOrder

if TYPE_CHECKING:
    from lit_hf.codes.prequential import Coder
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.rules import Rule


@dataclass(frozen=True, eq=False)
class Tail:
    """What k labels cost after others.

    bits: float64 [k], by position. correct: bool [k], whether the likeliest class was the label. before: bits of the
    labels before the edge, in the same stream. index: int64 [k], the example at each position.
    """

    bits: np.ndarray
    correct: np.ndarray
    before: float
    index: np.ndarray

    @property
    def total(self) -> float:
        """Bits of the k labels."""
        return float(self.bits.sum())


def code_after(
    features: Rows, examples: Examples, rule: Rule, code: Code, past: np.ndarray, tail: np.ndarray, edges: Sequence[int]
) -> dict[int, Tail]:
    """Return for each of `edges` what the labels of `tail` cost after the first `edge` ones of `past`.

    past, tail: int64, examples by position; copies of an input lie side by side in each. edges: rising, each at the end
    of a group of `past`; 0 codes the tail cold.
    """
    found, stream = dict[int, Tail](), _Streams(features, examples, rule, code, past, tail, tuple(edges))
    trunk, longest = stream.coder(edges[-1]), edges[-1]
    for edge in edges:
        coder = trunk
        if edge < longest:
            trunk.advance(to=edge)
            coder = stream.coder(edge)
            if edge:
                coder.restore(trunk.state())
        coder.advance()
        curve = coder.curve()
        found[edge] = Tail(curve.bits[edge:], curve.correct[edge:], float(curve.bits[:edge].sum()), tail)
    return found


def mixed_tail(codes: Sequence[Tail]) -> Tail:
    """Return the even Bayes mixture of whole codes of one stream: what they paid before the edge has set the weights.

    `correct` is empty: which class the mixture thinks likeliest is not known.
    """
    from lit_hf.measures.side_information import may_know

    known = may_know([np.concatenate([[each.before], each.bits]) for each in codes])
    return Tail(known[1:], np.empty(0, bool), float(known[0]), codes[0].index)


@dataclass(frozen=True, eq=False)
class _Streams:
    """The streams of one past and one tail."""

    features: Rows
    examples: Examples
    rule: Rule
    code: Code
    past: np.ndarray
    tail: np.ndarray
    edges: tuple[int, ...]

    def coder(self, edge: int) -> Coder:
        """Return a fresh coder of the first `edge` examples of the past and the tail."""
        import torch

        from lit_hf.codes.stream import Stream

        index = np.concatenate([self.past[:edge], self.tail])
        groups = self._groups(edge)
        how = self.rule.stream_code(self.features.shape[1], groups, self.code)
        spans = spans_with_edges(groups, [each for each in self.edges if each <= edge])
        where = index if self.examples.rows is None else self.examples.rows[index]
        stream = Stream(self.features, where, torch.device(self.code.device))
        made = PreparedOrder(stream, replace(how, spans=spans), index, groups)
        return self.rule.coder(made, self.examples.labels[index])

    def _groups(self, edge: int) -> np.ndarray:
        """Return group numbers by position; a group never reaches over the edge."""
        from lit_hf.codes.orders import positions_of_groups

        ids = self.examples.groups
        before = positions_of_groups(ids, self.past[:edge]) if edge else np.empty(0, np.int64)
        after = positions_of_groups(ids, self.tail)
        return np.concatenate([before, after + (before[-1] + 1 if edge else 0)])


def spans_with_edges(groups: np.ndarray, edges: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return increments that end at each of `edges` and start anew, as from position 0, at the last of them."""
    from lit_hf.codes.schedule import increments

    last = max(edges, default=0)
    found = list[tuple[int, int]]()
    start = 0
    for edge in (each for each in edges if each > 0):
        for low, high in increments(groups[:edge], start):
            found.append((low, high))
        start = edge
    return (*found, *((last + low, last + high) for low, high in increments(groups[last:])))


def group_end(groups: np.ndarray, index: np.ndarray, at: int) -> int:
    """Return the least position of at least `at` that ends a group of `index` (0 for 0)."""
    along = groups[index]
    while 0 < at < len(index) and along[at] == along[at - 1]:
        at += 1
    return at
