"""The difference of two checkpoints' codelengths, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEAST_BLOCK = 16  # groups
FLOOR = 1.0  # bits: the arithmetic of a code is not better than that


@dataclass(frozen=True)
class Interval:
    """An estimate in bits with its two-sided interval.

    `variance` = `examples` + `orders` [bits^2]; `orders` is None with one order, and the interval then holds for this
    order only. `df` are the degrees of freedom (Welch-Satterthwaite).
    """

    estimate: float
    low: float
    high: float
    variance: float
    df: float
    examples: float
    orders: float | None

    @property
    def p(self) -> float:
        """Two-sided p-value of "no difference"; 1 within the floor of one bit."""
        from scipy.stats import t

        if abs(self.estimate) <= FLOOR:
            return 1.0
        if self.variance == 0:
            return 0.0
        return float(2 * t.sf(abs(self.estimate) / np.sqrt(self.variance), self.df))


def paired_interval(difference: np.ndarray, level: float = 0.95, order: np.ndarray | None = None) -> Interval:
    """Interval of the expected total of `difference` over a new stream of as many groups and new orders.

    `difference` [R, G]: bits of one checkpoint minus bits of the other, of group g coded in order r; `order` [R, G]:
    the group at each position of each order (default: every order reads the columns from left to right).

        V = sum_g (mean_r e_rg)^2  +  S_r^2 / R

    with e the difference less the mean of its position block (geometric, at least 16 groups), times sqrt(m / (m - 1))
    in a block of m, and S_r^2 the variance of the totals over orders. Why: less its conditional mean given the past,
    the difference is a martingale difference, and the block mean estimates that mean; averaging over orders removes
    the noise of positions. t quantile with Welch-Satterthwaite degrees of freedom; half-width at least one bit. NaN
    limits with fewer than two groups.
    """
    from scipy.stats import t

    orders, groups = difference.shape
    totals = difference.sum(axis=1)
    examples, df_examples = _variance_of_examples(difference, _order(order, difference.shape))
    between = float(totals.var(ddof=1) / orders) if orders > 1 else None
    variance = examples + (between or 0.0)
    df = _welch(examples, df_examples, between or 0.0, orders - 1)
    half = max(float(t.ppf(0.5 + level / 2, df)) * np.sqrt(variance), FLOOR) if groups > 1 else np.nan
    centre = float(totals.mean())
    return Interval(centre, centre - half, centre + half, variance, df, examples, between)


def block_edges(groups: int) -> list[int]:
    """Edges of position blocks: 0, 16, 32, then growing by the square root of two; the last block takes the rest."""
    edges = [0]
    while (step := max(LEAST_BLOCK, round(0.414 * edges[-1]))) <= groups - edges[-1]:
        edges.append(edges[-1] + step)
    return [*edges[:-1], groups] if len(edges) > 1 else [0, groups]


def _order(order: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    return np.broadcast_to(np.arange(shape[1]), shape) if order is None else np.asarray(order)


def _variance_of_examples(difference: np.ndarray, order: np.ndarray) -> tuple[float, float]:
    """V_ex and its degrees of freedom: groups less one for each block mean."""
    edges = block_edges(difference.shape[1])
    centred = np.empty_like(difference, dtype=np.float64)
    for row, positions, out in zip(difference, order, centred, strict=True):
        for start, end in pairwise(edges):
            members = positions[start:end]
            inflation = np.sqrt(len(members) / max(len(members) - 1, 1))
            out[members] = (row[members] - row[members].mean()) * inflation
    return float((centred.mean(axis=0) ** 2).sum()), float(max(difference.shape[1] - len(edges) + 1, 1))


def _welch(a: float, df_a: float, b: float, df_b: float) -> float:
    """Degrees of freedom of a sum of two estimated variances."""
    spread = a**2 / df_a + (b**2 / df_b if df_b else 0.0)
    return float((a + b) ** 2 / spread) if spread > 0 else float(df_a)
