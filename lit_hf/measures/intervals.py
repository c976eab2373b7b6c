"""Intervals of a total of bits, or of the difference of two totals, over new data, new orders and new twins.

For D_rj, the bits of group j in order r (or a difference of bits on the same group and order), and the estimand
"expected total over a new stream of as many groups from the same source, over probe seeds, orders and initialisations":

    V = V_ex + V_ord + V_twin
    V_ex   = sum_j (mean_r e_rj)^2, e = (D - mean of its position block) * sqrt(m / (m - 1)), blocks of >= 16 groups
    V_ord  = S_r^2 / R over the totals of R orders
    V_twin = S_t^2 / T over T initialisations of the random twin

Why: D less its conditional mean given the past is a martingale difference, and block-centring estimates that mean;
averaging over orders removes the noise of positions. A bootstrap of examples is invalid here: copies would straddle
what is predicted and what is learned. The mean over orders, seeds and initialisations of this very dataset has
V_ord + V_twin alone; both have few degrees of freedom, for which Welch and Satterthwaite's formula is too bold, so the
smaller number is taken. How often both intervals hold is simulated in tests/controls/test_coverage.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEAST_BLOCK = 16  # groups
FLOOR = 1.0  # bits: the arithmetic of a code is not better than that


@dataclass(frozen=True)
class Variance:
    """An estimated variance [bits^2] and its degrees of freedom."""

    value: float
    df: float


@dataclass(frozen=True)
class Interval:
    """An estimate in bits with its two-sided interval.

    `variance` [bits^2] = `examples` + `orders` + `twins`; `orders` is None with one order and `twins` with one
    initialisation or
    none: the interval is then conditional on it. `df`: degrees of freedom (Welch-Satterthwaite).
    """

    estimate: float
    low: float
    high: float
    variance: float
    df: float
    examples: float
    orders: float | None
    twins: float | None = None
    dataset: tuple[float, float] | None = None
    """Limits for this dataset's mean over orders, probe seeds and initialisations; None with one order."""

    @property
    def p(self) -> float:
        """Two-sided p-value of "no difference"; 1 within the floor of one bit."""
        from scipy.stats import t

        if abs(self.estimate) <= FLOOR:
            return 1.0
        if self.variance == 0:
            return 0.0
        return float(2 * t.sf(abs(self.estimate) / np.sqrt(self.variance), self.df))


def interval(
    bits: np.ndarray,
    order: np.ndarray | None = None,
    *,
    level: float = 0.95,
    twins: Variance | None = None,
    shift: float = 0.0,
) -> Interval:
    """Interval of the expected total of `bits` [R, G], by group: what group g cost (or the difference) in order r.

    order: int [R, G], the group at each position of each order (default: the columns from left to right).
    twins: variance of the mean over initialisations. shift: bits added to the estimate (the twins' mean correction).
    t quantile with Welch-Satterthwaite degrees of freedom; half-width at least one bit; NaN limits with fewer than
    two groups.
    """
    from scipy.stats import t

    orders, groups = bits.shape
    totals = bits.sum(axis=1)
    examples = variance_of_examples(bits, order)
    between = Variance(float(totals.var(ddof=1) / orders), orders - 1) if orders > 1 else None
    terms = [examples] + [term for term in (between, twins) if term is not None]
    variance, df = sum(term.value for term in terms), welch(terms)

    def half(parts: list[Variance], df: float) -> float:
        spread = float(np.sqrt(sum(part.value for part in parts)))
        return max(float(t.ppf(0.5 + level / 2, df)) * spread, FLOOR) if groups > 1 else float("nan")

    wide = half(terms, df)
    narrow = half(terms[1:], min(term.df for term in terms[1:])) if between else None
    centre = float(totals.mean()) + shift
    return Interval(
        centre, centre - wide, centre + wide, variance, df, examples.value,
        between.value if between else None, twins.value if twins else None,
        None if narrow is None else (centre - narrow, centre + narrow),
    )  # fmt: skip


def block_edges(groups: int) -> list[int]:
    """Edges of position blocks: 0, 16, 32, then growing by the square root of two; the last block takes the rest."""
    edges = [0]
    while (step := max(LEAST_BLOCK, round(0.414 * edges[-1]))) <= groups - edges[-1]:
        edges.append(edges[-1] + step)
    return [*edges[:-1], groups] if len(edges) > 1 else [0, groups]


def variance_of_examples(bits: np.ndarray, order: np.ndarray | None = None) -> Variance:
    """V_ex of `bits` [R, G]; degrees of freedom: groups less one for each block mean."""
    order = np.broadcast_to(np.arange(bits.shape[1]), bits.shape) if order is None else order
    edges = block_edges(bits.shape[1])
    centred = np.empty_like(bits, dtype=np.float64)
    for row, positions, out in zip(bits, order, centred, strict=True):
        for start, end in pairwise(edges):
            members = positions[start:end]
            inflation = np.sqrt(len(members) / max(len(members) - 1, 1))
            out[members] = (row[members] - row[members].mean()) * inflation
    return Variance(float((centred.mean(axis=0) ** 2).sum()), float(max(bits.shape[1] - len(edges) + 1, 1)))


def twin_terms(first: float, others: list[float], scale: float) -> tuple[float, Variance | None]:
    """Return the correction of the first twin's total to the mean over T twins, and V_twin = S_t^2 / T.

    first, others: bits of the T initialisations on the same part of the stream (the first quarter), in the same order;
    scale: labels of the whole over labels of the part, by which their paired differences grow. Nothing with one twin.
    """
    totals = np.array([first, *others]) * scale
    if len(totals) < 2:
        return 0.0, None
    variance = Variance(float(totals.var(ddof=1) / len(totals)), len(totals) - 1)
    return float(totals.mean() - totals[0]), variance


def welch(terms: list[Variance]) -> float:
    """Degrees of freedom of a sum of independent estimated variances. Satterthwaite (1946)."""
    spread = sum(term.value**2 / term.df for term in terms)
    return float(sum(term.value for term in terms) ** 2 / spread) if spread > 0 else terms[0].df


def by_group(bits: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sum `bits` [..., N] over the labels of each of G groups: [..., G]. `groups` int [N] in 0 .. G - 1."""
    out = np.zeros((*bits.shape[:-1], int(groups.max()) + 1))
    np.add.at(out.T, groups, bits.T)
    return out
