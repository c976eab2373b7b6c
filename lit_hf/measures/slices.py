"""Where the bits are: what the labels of each slice cost, less than under a reference, and how well that is known.

    bits of slice s = sum over the labels in s of (reference - code), mean over orders

Slices do not overlap, so that their bits add up to the total. The interval is that of a total
(lit_hf/measures/intervals.py) of bits that are 0 outside of the slice: errors are centred over all groups of a block
of positions, not inside the slice, because how many labels fall into a slice is chance too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lit_hf.measures.intervals import Interval, by_group, interval

LEAST = 30
"""Labels of a slice below which no interval is given."""


@dataclass(frozen=True, eq=False)
class Costs:
    """Bits float64 [R, N] by example of the code and of its reference, in the same R orders.

    order: int [R, N], the example at each position; groups: int [N], 0 .. G - 1, by example.
    """

    code: np.ndarray
    reference: np.ndarray
    order: np.ndarray
    groups: np.ndarray

    @property
    def saved(self) -> np.ndarray:
        """Bits saved, float64 [R, N]."""
        return self.reference - self.code

    def order_of_groups(self) -> np.ndarray:
        """Return the group at each position, int [R, G]."""
        along = self.groups[self.order]
        first = np.concatenate([np.ones((len(along), 1), bool), along[:, 1:] != along[:, :-1]], axis=1)
        return np.stack([row[start] for row, start in zip(along, first, strict=True)])


@dataclass(frozen=True)
class Slice:
    """What the labels of one slice cost, in bits, means over orders.

    saved: with its interval (limits of NaN below 30 labels). left: code / reference; None where the reference is 0.
    p: of "the same share is left of the rest", two-sided; None below 30 labels in the slice or in the rest.
    """

    labels: int
    saved: Interval
    code: float
    reference: float
    left: float | None
    p: float | None


def whole(costs: Costs) -> Interval:
    """Return bits saved of all labels, with the interval."""
    return interval(by_group(costs.saved, costs.groups), costs.order_of_groups())


def slices(costs: Costs, members: np.ndarray) -> list[Slice]:
    """Return what each slice cost; `members` int [N]: the slice, 0 .. S - 1, of each label. Every slice has a label."""
    return list(_slices(costs, members))


def _slices(costs: Costs, members: np.ndarray) -> Iterator[Slice]:
    order = costs.order_of_groups()
    for number in range(int(members.max()) + 1):
        inside = members == number
        count = int(inside.sum())
        saved = interval(by_group(costs.saved * inside, costs.groups), order)
        if count < LEAST:
            saved = _unknown(saved)
        code, reference = (float((each * inside).sum(1).mean()) for each in (costs.code, costs.reference))
        known = LEAST <= count <= len(members) - LEAST
        left = code / reference if reference > 0 else None
        yield Slice(count, saved, code, reference, left, _p_of_rest(costs, inside) if known else None)


def _unknown(found: Interval) -> Interval:
    nan = float("nan")
    return Interval(found.estimate, nan, nan, nan, nan, nan, None)


def _p_of_rest(costs: Costs, inside: np.ndarray) -> float | None:
    """Return the p-value of "slice and rest have the same share left of their references".

    code_s / ref_s - code_rest / ref_rest, linearised: a group adds (code - share * ref) / ref_s of its labels inside
    less the same of those outside. V_ex over groups of its mean over orders, V_ord over the R differences.
    """
    from scipy.stats import t

    from lit_hf.measures.intervals import Variance, welch

    adds, shares = np.zeros_like(costs.code), list[np.ndarray]()
    for sign, side in ((1, inside), (-1, ~inside)):
        code, reference = costs.code * side, costs.reference * side
        total = reference.sum(1, keepdims=True)
        if (total <= 0).any():
            return None
        share = code.sum(1, keepdims=True) / total
        adds += sign * (code - share * reference) / total
        shares.append(share[:, 0])
    groups = by_group(adds.mean(0)[None], costs.groups)[0]
    terms = [Variance(float((groups**2).sum()), float(max(inside.sum() - 1, 1)))]
    difference = shares[0] - shares[1]
    if len(difference) > 1:
        terms.append(Variance(float(difference.var(ddof=1) / len(difference)), len(difference) - 1))
    variance = sum(term.value for term in terms)
    if variance == 0:
        return 1.0
    return float(2 * t.sf(abs(difference.mean()) / np.sqrt(variance), welch(terms)))
