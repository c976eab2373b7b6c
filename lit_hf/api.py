"""Codelengths on features that the user brings: `codelength` and `transfer` on arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import BadSetting, NotFiniteFeatures, TooFewClasses, TooFewExamples

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.codes.stream import Rows
    from lit_hf.measures.intervals import Interval

NEEDED = 20


@dataclass(frozen=True, eq=False)
class Codelength:
    """What it costs to code N labels given their features, prequentially, in R orders. All in bits.

    bits: mean over orders. bits_per_order: float64 [R]. interval: (low, high) at 95 %. per_example: float64 [R, N],
    what each example cost, by example; order: int64 [R, N], the example at each position. experts: for each expert of
    the first order, what it would have cost alone. curves: everything about each order. bank: hash of the probes;
    only equal hashes are comparable.
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

    def by_group(self) -> tuple[np.ndarray, np.ndarray]:
        """Return bits [R, G] by group and the order of groups [R, G]."""
        from lit_hf.measures.intervals import by_group

        first = [np.unique(self.groups[row], return_index=True)[1] for row in self.order]
        order = np.stack([self.groups[row][np.sort(at)] for row, at in zip(self.order, first, strict=True)])
        return by_group(self.per_example, self.groups), order


@dataclass(frozen=True, eq=False)
class Transfer:
    """L_IT (frozen) in bits: codelength of `baseline` minus that of `encoder`, with a 95 % interval; never clipped."""

    bits: float
    interval: tuple[float, float]
    bits_per_label: float
    encoder: Codelength
    baseline: Codelength


def codelength(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    num_classes: int | None = None,
    orders: int = 3,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    shuffle: bool = True,
    kinds: Sequence[str] | None = None,
    code: str = "online",
) -> Codelength:
    """Return the prequential codelength of `labels` given `features` under the default bank of probes, in bits.

    features: floats [N, d] (array, memory map, tensor or feature store). labels: integers [N] in 0 .. C - 1.
    num_classes: C, by default one more than the largest label. groups: [N] ids; labels of one group are coded together
    and learned after it (copies of an input, tokens of a sentence). shuffle=False codes order 0 as given, for examples
    that come in random order already. kinds: kinds of probes, for studies of the bank. code: `online`, or a block code
    for reference (`lit_hf.config.CODES`). Raises `TooFewExamples`, `TooFewClasses`, `NotFiniteFeatures`, `BadSetting`.
    """
    from lit_hf.coding import code_hash
    from lit_hf.config import CODES
    from lit_hf.runtime.units import side_by_side

    if code not in CODES:
        raise BadSetting("code", code, f"one of {', '.join(CODES)}")
    if orders < 1:
        raise BadSetting("orders", orders, "a whole number of at least 1")

    labels, groups, classes = checked(features, labels, groups, num_classes)
    unit = partial(
        code_order,
        features,
        labels,
        groups,
        classes,
        seed=seed,
        device=device,
        keep_first=not shuffle,
        kinds=tuple(kinds) if kinds else None,
        code=code,
    )
    curves = side_by_side([partial(unit, number=number) for number in range(orders)])
    return gather(tuple(curves), groups, code_hash(code, device, kinds))


def transfer(
    features: Rows,
    baseline_features: Rows,
    labels: Sequence[int] | np.ndarray,
    *,
    num_classes: int | None = None,
    orders: int = 3,
    seed: int = 0,
    groups: Sequence[int] | np.ndarray | None = None,
    device: str = "cpu",
    shuffle: bool = True,
    code: str = "online",
) -> Transfer:
    """Return how many bits fewer `labels` cost given `features` than given `baseline_features`, both [N, ...].

    Both are coded in the same orders. The interval treats both feature maps as given; with a random twin as the
    baseline it is conditional on its initialisation. The arguments are those of `codelength`.
    """
    if features.shape[0] != baseline_features.shape[0]:
        given = f"{features.shape[0]} and {baseline_features.shape[0]} rows"
        raise BadSetting("baseline_features", given, "as many rows as `features`")
    arms = [
        codelength(
            rows,
            labels,
            num_classes=num_classes,
            orders=orders,
            seed=seed,
            groups=groups,
            device=device,
            shuffle=shuffle,
            code=code,
        )
        for rows in (features, baseline_features)
    ]
    found = difference(arms[1], arms[0])
    return Transfer(found.estimate, (found.low, found.high), found.estimate / len(arms[0].groups), *arms)


def difference(a: Codelength, b: Codelength) -> Interval:
    """Return the interval of bits(a) - bits(b), paired by group and order."""
    from lit_hf.measures.intervals import interval

    (left, order), (right, _) = a.by_group(), b.by_group()
    return interval(left - right, order)


def code_order(
    features: Rows,
    labels: np.ndarray,
    groups: np.ndarray,
    classes: int,
    *,
    number: int,
    seed: int,
    device: str = "cpu",
    keep_first: bool = True,
    rows: np.ndarray | None = None,
    held_out: Any = None,
    kinds: tuple[str, ...] | None = None,
    code: str = "online",
) -> Curve:
    """Code one order to its end with fresh probes: the unit of work that processes share out.

    labels, groups: int64 [N] by example; rows: the row of `features` of each example (default: its own number);
    held_out: rows [H, d] to predict at the marks. classes: their number; `NUMBERS` for bins of numbers.
    """
    import torch

    from lit_hf.codes.numbers import NumberCoder
    from lit_hf.codes.prequential import Coder
    from lit_hf.codes.stream import to_tensor
    from lit_hf.coding import NUMBERS, prepare_order

    order = prepare_order(
        features,
        groups,
        classes,
        number=number,
        seed=seed,
        device=device,
        keep_first=keep_first,
        rows=rows,
        kinds=kinds,
        code=code,
    )
    extra = None if held_out is None else to_tensor(held_out, torch.device(device))
    make = NumberCoder if classes == NUMBERS else Coder
    coder = make(
        order.stream, labels[order.index], order.groups, order.code, classes, index=order.index, held_out=extra
    )
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


def checked(
    features: Rows,
    labels: Sequence[int] | np.ndarray,
    groups: Sequence[int] | np.ndarray | None,
    num_classes: int | None,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return labels int64 [N], groups int64 [N] and C, or raise."""
    if len(features.shape) != 2:
        raise BadSetting("features", f"shape {tuple(features.shape)}", "rows of numbers, [N, d]")
    found = np.asarray(labels)
    if found.ndim != 1 or len(found) != features.shape[0]:
        raise BadSetting("labels", f"shape {found.shape}", f"one label for each of the {features.shape[0]} rows")
    if len(found) < NEEDED:
        raise TooFewExamples(len(found), NEEDED)
    if not np.issubdtype(found.dtype, np.integer) or found.min() < 0:
        raise BadSetting("labels", found.dtype, "integers from 0 on")
    classes = int(found.max()) + 1 if num_classes is None else num_classes
    if classes < 2:
        raise TooFewClasses(len(np.unique(found)))
    if found.max() >= classes:
        raise BadSetting("num_classes", classes, f"at least {int(found.max()) + 1}, one more than the largest label")
    given = np.arange(len(found)) if groups is None else np.asarray(groups)
    if given.shape != found.shape:
        raise BadSetting("groups", f"shape {given.shape}", "one group id for each label")
    _require_finite(features)
    return found.astype(np.int64), np.unique(given, return_inverse=True)[1].astype(np.int64), classes


def _require_finite(features: Rows) -> None:
    broken = 0
    for start in range(0, features.shape[0], 65_536):
        rows = np.asarray(features[start : start + 65_536])
        broken += int((~np.isfinite(rows).all(axis=1)).sum())
    if broken:
        raise NotFiniteFeatures(broken, "features")
