"""One arm coded: each order to its end, and the curves of several orders put together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Rule
    from lit_hf.measures.intervals import Interval


@dataclass(frozen=True, eq=False)
class Codelength:
    """What it costs to code N labels given their features, prequentially, in R orders. All in bits.

    bits: mean over orders. bits_per_order: float64 [R]. interval: (low, high) at 95 %. per_example: float64 [R, N],
    what each example cost, by example; order: int64 [R, N], the example at each position. experts: for each expert of
    the first order, what it would have cost alone. curves: everything about each order. bank: hash of the probes;
    only equal hashes are comparable. classes: what the labels 0 .. C - 1 stand for, where they were classes.
    """

    bits: float
    bits_per_order: np.ndarray
    interval: tuple[float, float]
    per_example: np.ndarray = field(repr=False)
    order: np.ndarray = field(repr=False)
    experts: dict[str, float] = field(repr=False)
    groups: np.ndarray = field(repr=False)
    curves: tuple[Curve, ...] = field(repr=False)
    bank: str = ""
    classes: tuple[Any, ...] = field(default=(), repr=False)

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from lit_hf.records.views import html_of

        return html_of(self)

    def by_group(self) -> tuple[np.ndarray, np.ndarray]:
        """Return bits [R, G] by group and the order of groups [R, G]."""
        from lit_hf.measures.intervals import by_group

        first = [np.unique(self.groups[row], return_index=True)[1] for row in self.order]
        order = np.stack([self.groups[row][np.sort(at)] for row, at in zip(self.order, first, strict=True)])
        return by_group(self.per_example, self.groups), order


def difference(a: Codelength, b: Codelength) -> Interval:
    """Return the interval of bits(a) - bits(b), paired by group and order."""
    from lit_hf.measures.intervals import interval

    (left, order), (right, _) = a.by_group(), b.by_group()
    return interval(left - right, order)


def code_order(
    features: Rows, examples: Examples, rule: Rule, order: Order, code: Code, *, held_out: Any = None
) -> Curve:  # fmt: skip
    """Code `order` to its end with fresh probes: the unit of work that processes share out.

    features: rows [n, d]; held_out: rows [H, d] to predict at the marks.
    """
    import torch

    from lit_hf.codes.stream import to_tensor
    from lit_hf.coding.rules import prepare_order

    prepared = prepare_order(features, examples, rule, order, code)
    extra = None if held_out is None else to_tensor(held_out, torch.device(code.device))
    coder = rule.coder(prepared, examples.labels[prepared.index], extra)
    coder.advance()
    return coder.curve()


def gather(curves: tuple[Curve, ...], groups: np.ndarray, bank: str) -> Codelength:
    """Put the curves of R orders together."""
    from lit_hf.measures.intervals import interval

    totals = np.array([curve.total for curve in curves])
    names = np.unique(groups, return_inverse=True)[1]
    found = Codelength(
        bits=float(totals.mean()),
        bits_per_order=totals,
        interval=(np.nan, np.nan),
        per_example=np.stack([curve.by_example for curve in curves]),
        order=np.stack([curve.index for curve in curves]),
        experts=dict(zip(curves[0].names, curves[0].expert_bits.sum(0).tolist(), strict=True)),
        groups=names,
        curves=curves,
        bank=bank,
    )
    limits = interval(*found.by_group())
    return dataclasses.replace(found, interval=(limits.low, limits.high))
