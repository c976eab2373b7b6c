"""What a record says, computed again from its arrays: a number that does not follow from them is not shown.

Milliseconds: sums, and the variances of intervals (lit_hf/measures/intervals.py). Where a record comes without arrays
its numbers can only be held against each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lit_hf.measures.intervals import Interval, Variance, by_group, interval

CLOSE = 1e-9
"""Relative: sums of the same floats in another order differ by less."""
NEEDED = ("labels", "order", "bits_encoder")
_NO_RAW: Mapping[str, Any] = {"raw_input": {"bits": None}}


def contradictions(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Return what does not fit, in words, the headline first; nothing for a record that says what its arrays say.

    data: the JSON object, which fits the schema. arrays: those beside it, or none.
    """
    found = list(_of_itself(data))
    if arrays:
        broken = list(_shapes(data, arrays))
        found += broken or [*_codelength(data, arrays), *_transfer(data, arrays), *_raw_input(data, arrays)]
    return found


def _of_itself(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the object says against itself."""
    code, transfer = data["codelength"], data.get("transfer") or {"bits": None}
    yield from _not_finite(data, "")
    yield from _differs("codelength.bits_per_label", code["bits_per_label"], code["bits"] / labels_in(data))
    if code["bits_per_order"]:
        yield from _differs("codelength.bits", code["bits"], float(np.mean(code["bits_per_order"])))
    if code["bits"] < 0 or any(bits < 0 for bits in code["bits_per_order"]):
        yield "codelength is below 0"
    if transfer["bits"] is None:
        return
    yield from _differs("transfer.bits_per_label", transfer["bits_per_label"], transfer["bits"] / labels_in(data))
    twin = data["baselines"]["random_twin"]["bits"]
    if twin is not None:
        yield from _differs("transfer.bits", transfer["bits"], twin - code["bits"], scale=max(twin, 1.0))
    low, high = transfer["interval"]
    if low is not None and high is not None and not low <= transfer["bits"] <= high:
        yield f"transfer.bits, {transfer['bits']:,.1f}, lies outside its interval"


def labels_in(data: Mapping[str, Any]) -> int:
    """Return how many labels were coded: all, or those up to where a race ended for the checkpoint."""
    return int(data["codelength"].get("labels") or data["dataset"]["examples"])


def _not_finite(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _not_finite(each, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _not_finite(each, where)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{where} is {value}, which is no number"


def _shapes(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    missing = [name for name in NEEDED if name not in arrays]
    if missing:
        yield f"arrays.npz lacks {', '.join(missing)}"
        return
    labels, order = len(arrays["labels"]), np.asarray(arrays["order"])
    if labels != labels_in(data):
        yield f"arrays.npz has {labels:,} labels, and the record is of {labels_in(data):,}"
    for name in ("bits_encoder", "bits_baseline", "bits_raw"):
        bits = arrays.get(name)
        if bits is None:
            continue
        if bits.ndim != 2 or bits.shape[1] != labels or bits.dtype.kind != "f":
            yield f"{name} of arrays.npz has the shape {bits.shape}"
        elif not np.isfinite(bits).all() or (bits < 0).any():
            yield f"{name} of arrays.npz has values that no label can cost"
    if order.ndim != 2 or order.dtype.kind not in "iu" or not (np.sort(order, axis=1) == np.arange(labels)).all():
        yield "order of arrays.npz does not list each example once"
    elif len(order) != len(arrays["bits_encoder"]):
        yield "order and bits_encoder of arrays.npz are of several numbers of orders"
    groups = arrays.get("groups")
    if groups is not None and (groups.shape != (labels,) or groups.dtype.kind not in "iu" or groups.min(initial=0) < 0):
        yield "groups of arrays.npz are none"


def _codelength(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    code, bits = data["codelength"], arrays["bits_encoder"]
    totals = bits.sum(axis=1)
    if len(totals) != len(code["bits_per_order"]):
        yield f"codelength.bits_per_order has {len(code['bits_per_order'])} orders, and arrays.npz has {len(totals)}"
        return
    for stated, known in zip(code["bits_per_order"], totals, strict=True):
        yield from _differs("codelength.bits_per_order", stated, float(known))
    yield from _limits("codelength.interval", code["interval"], interval(*_by_group(bits, arrays)))


def _transfer(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    transfer, base = data.get("transfer"), arrays.get("bits_baseline")
    if transfer is None:
        return
    if (transfer["bits"] is None) != (base is None):
        yield "transfer and arrays.npz do not agree on whether there is a baseline"
        return
    if base is None:
        return
    count = data["baselines"]["random_twin"]["initialisations"]
    if base.shape != arrays["bits_encoder"].shape:
        yield f"bits_baseline of arrays.npz has the shape {base.shape}"
        return
    # Of further twins only their sums are kept: their mean moves both lengths alike, and enters as it is stated.
    shift = data["baselines"]["random_twin"]["bits"] - float(base.sum(axis=1).mean())
    if count < 2:
        yield from _differs("baselines.random_twin.bits", shift, 0.0, scale=float(base.sum()))
    spread = (transfer["interval_parts"] or {}).get("twins")
    twins = None if spread is None or count < 2 else Variance(float(spread), count - 1)
    known = interval(
        *_by_group(base - arrays["bits_encoder"], arrays), level=transfer["level"], twins=twins, shift=shift
    )
    size = float(base.sum(axis=1).mean())
    yield from _differs("transfer.bits", transfer["bits"], known.estimate, scale=size)
    yield from _limits("transfer.interval", transfer["interval"], known, size)


def _raw_input(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    stated, bits = (data.get("baselines") or _NO_RAW)["raw_input"]["bits"], arrays.get("bits_raw")
    if stated is not None and bits is not None:
        yield from _differs("baselines.raw_input.bits", stated, float(bits.sum(axis=1).mean()))


def _by_group(bits: np.ndarray, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return bits [R, G] and the order of groups [R, G]."""
    order = np.asarray(arrays["order"])
    groups = np.unique(arrays.get("groups", np.arange(bits.shape[1])), return_inverse=True)[1]
    first = [np.unique(groups[row], return_index=True)[1] for row in order]
    return by_group(bits, groups), np.stack(
        [groups[row][np.sort(place)] for row, place in zip(order, first, strict=True)]
    )


def _limits(name: str, stated: Any, known: Interval, size: float | None = None) -> Iterator[str]:
    scale = max(abs(known.high), abs(known.low), size or 0.0)
    if stated is None or any(each is None for each in stated):
        if math.isfinite(known.low):
            yield f"{name} is missing"
        return
    for value, limit in zip(stated, (known.low, known.high), strict=True):
        yield from _differs(name, value, limit, scale=scale)


def _differs(name: str, stated: float | None, known: float, scale: float | None = None) -> Iterator[str]:
    size = abs(known) if scale is None else scale
    if stated is None or not abs(stated - known) <= CLOSE * max(size, 1.0):
        yield f"{name} is {stated if stated is None else f'{stated:,.6g}'}, and its parts give {known:,.6g}"
