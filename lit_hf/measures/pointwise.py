"""How well each point of a curve is known: an interval of the mean bits per label within a range of positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def half_widths(
    bits: np.ndarray,
    order: np.ndarray,
    groups: np.ndarray,
    ranges: Sequence[tuple[int, int]],
    level: float = 0.95,
) -> list[float]:
    """Half-width, in bits per label, of the two-sided interval of the mean over each range [start, stop) of positions.

    bits: float [R, N], what each example cost in each order; order: int [R, N], the example at each position; groups:
    int [N], the group of each example. Within a range of m labels V_ex of `lit_hf.measures.intervals` is taken with
    that range as its only block, and a t quantile with m - 1 degrees of freedom. It speaks of new examples alone, one
    point at a time: not of the whole curve at once, nor of orders and initialisations. NaN for fewer than two labels.
    """
    return [_half_width(bits, order, groups, start, stop, level) for start, stop in ranges]


def _half_width(bits: np.ndarray, order: np.ndarray, groups: np.ndarray, start: int, stop: int, level: float) -> float:
    from scipy.stats import t

    count = stop - start
    if count < 2:
        return float("nan")
    members = order[:, start:stop]
    paid = np.take_along_axis(bits, members, axis=1)
    centred = (paid - paid.mean(axis=1, keepdims=True)) * np.sqrt(count / (count - 1)) / len(order)
    # An example that several orders have in this range counts once, with its mean; so does a group.
    by_group = np.bincount(groups[members].ravel(), weights=centred.ravel())
    return float(t.ppf(0.5 + level / 2, count - 1) * np.sqrt((by_group**2).sum()) / count)
