"""The curves of a record as the drawings need them: noise of single examples pooled, one series for each arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.measures.pointwise import half_widths
from lit_hf.records.record import Record
from lit_hf.reports.phrases import name_of_baseline, name_of_prior

# At the start an increment is one example, whose bits are noise: a drawn point holds at least so many labels ...
MIN_LABELS = 8
# ... and its end is at least so many times its start, which is a constant width on the logarithmic axis.
MIN_RATIO = 1.25

ARMS = (
    ("uniform", "uniform code", "uniform_bits_per_label"),
    ("class_prior", "class prior", "class_prior_bits_per_label"),
    ("raw_input", "raw input", "raw_input_bits_per_label"),
    ("random_twin", "random twin", "baseline_bits_per_label"),
    ("encoder", "encoder", "encoder_bits_per_label"),
)


ARRAYS = {"encoder": "bits_encoder", "random_twin": "bits_baseline", "raw_input": "bits_raw"}
"""Where a record keeps what each example cost an arm."""


@dataclass(frozen=True)
class Series:
    """One arm's curve: `bits[i]` per label, the mean over labels about `seen[i]`; `seen` grows.

    `half[i]`: half-width of the 95 % interval of that mean over new examples; None without bits per example.
    """

    key: str
    name: str
    seen: list[float]
    bits: list[float]
    half: list[float] | None = None


def series(record: Record) -> list[Series]:
    """Return the arms that the record has; the encoder comes last, so that it is drawn above the others."""
    curve, labels = record["curve"], coded_labels(record)
    edges = [*curve["labels_seen"], labels]
    bins = pool(edges)
    centres = [(edges[a] + edges[b] - 1) / 2 for a, b in bins]
    found = []
    for key, name, field in ARMS:
        values = _per_increment(curve.get(field), len(edges) - 1)
        if values is not None:
            own = {"random_twin": name_of_baseline(record), "class_prior": name_of_prior(record)}
            name = own.get(key, name)
            means = [_mean(values, edges, a, b) for a, b in bins]
            found.append(
                Series(key, name, centres, means, _half(record, key, [(int(edges[a]), int(edges[b])) for a, b in bins]))
            )
    return found


def coded_labels(record: Record) -> int:
    """Return how many labels were coded: fewer than the dataset has where a race ended before."""
    return int(record["codelength"].get("labels") or record["dataset"]["examples"])


def _half(record: Record, key: str, ranges: Sequence[tuple[int, int]]) -> list[float] | None:
    """Return the half-widths of an arm's points; None where the record has no bits per example of it."""
    bits, order = record.arrays.get(ARRAYS.get(key, "")), record.arrays.get("order")
    if bits is None or order is None or np.shape(order)[1] != np.shape(bits)[1]:
        return None
    bits, order = np.asarray(bits), np.asarray(order)
    groups = np.asarray(record.arrays.get("groups", np.arange(bits.shape[1])))
    return half_widths(bits, order[: len(bits)], groups, ranges)


def pool(edges: Sequence[float]) -> list[tuple[int, int]]:
    """Return [a, b) pairs that join neighbouring increments until each is wide enough; a short rest joins the last."""
    bins: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(edges)):
        wide = edges[end] - edges[start] >= MIN_LABELS and edges[end] >= MIN_RATIO * edges[start]
        if wide:
            bins.append((start, end))
            start = end
    if start < len(edges) - 1:
        begin = bins.pop()[0] if bins else start
        bins.append((begin, len(edges) - 1))
    return bins


def _per_increment(values: Any, count: int) -> list[float] | None:
    """Return one value for each increment; a single number stands for all of them."""
    if values is None:
        return None
    return [float(value) for value in values] if isinstance(values, list) else [float(values)] * count


def _mean(values: Sequence[float], edges: Sequence[float], start: int, end: int) -> float:
    """Return the mean over the labels of increments [start, end)."""
    total = sum(values[i] * (edges[i + 1] - edges[i]) for i in range(start, end))
    return total / (edges[end] - edges[start])
