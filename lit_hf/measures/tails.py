"""Intervals of what the last labels of each order cost, where the orders end in different labels.

V = V_ex + V_ord as in `lit_hf.measures.intervals`, no twins: a group that is not among the last ones of an order adds
nothing to that order. Orders that end in different labels differ by these too, so that V_ord counts part of V_ex once
more: the interval errs on the long side.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from lit_hf.measures.intervals import FLOOR, Interval, Variance, block_edges, welch


def tail_interval(bits: Sequence[np.ndarray], groups: Sequence[np.ndarray], *, level: float = 0.95) -> Interval:
    """Return the interval of the expected total of `bits` [R][k], by position; `groups` [R][k]: ids, the same in all.

    Half-width at least one bit; NaN limits where an order has fewer than two groups. Raises ValueError without orders.
    """
    from scipy.stats import t

    if not bits:
        raise ValueError("an interval needs at least one order")
    errors = np.zeros((len(bits), max(int(each.max()) for each in groups) + 1))
    freedom = 1.0
    for out, row, names in zip(errors, bits, groups, strict=True):
        starts = np.flatnonzero(np.append(True, np.diff(names) != 0))
        along, cuts = np.add.reduceat(row, starts), block_edges(len(starts))
        for low, high in pairwise(cuts):
            part = along[low:high]
            out[names[starts[low:high]]] = (part - part.mean()) * np.sqrt(len(part) / max(len(part) - 1, 1))
        freedom = float(max(len(starts) - len(cuts) + 1, 1))
    totals = np.array([row.sum() for row in bits])
    examples = Variance(float((errors.mean(0) ** 2).sum()), freedom)
    between = Variance(float(totals.var(ddof=1) / len(bits)), len(bits) - 1) if len(bits) > 1 else None
    terms = [examples] + ([between] if between else [])
    variance, df = sum(term.value for term in terms), welch(terms)
    enough = all(len(np.unique(each)) > 1 for each in groups)
    half = max(float(t.ppf(0.5 + level / 2, df)) * float(np.sqrt(variance)), FLOOR) if enough else float("nan")
    centre = float(totals.mean())
    return Interval(
        centre, centre - half, centre + half, variance, df, examples.value, between.value if between else None
    )
