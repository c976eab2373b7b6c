"""The sum of independent measurements, such as the transfers of one checkpoint on several datasets, in bits.

    V = sum_i V_i + 2 sum_{i<j} sqrt(T_i T_j)

V_i: the whole variance of measurement i; T_i: its part that comes from random twins. Examples and orders are drawn anew
for each dataset, the twins are the same networks: their errors are added as if they went together, which is the worst
case. t quantile with Welch and Satterthwaite's degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lit_hf.measures.intervals import FLOOR, Variance, welch


@dataclass(frozen=True)
class Measured:
    """An estimate in bits, its variance [bits^2] with degrees of freedom, and the part of it that twins make."""

    bits: float
    variance: float
    df: float
    twins: float = 0.0


def total(parts: Sequence[Measured], level: float = 0.95) -> tuple[float, float, float]:
    """Return (sum, low, high) in bits."""
    from scipy.stats import t

    together = 2 * sum(np.sqrt(a.twins * b.twins) for a, b in combinations(parts, 2))
    terms = [Variance(part.variance, part.df) for part in parts]
    terms += [Variance(float(together), min(part.df for part in parts))] if together > 0 else []
    spread = float(np.sqrt(sum(term.value for term in terms)))
    half = max(float(t.ppf(0.5 + level / 2, welch(terms))) * spread, FLOOR)
    centre = sum(part.bits for part in parts)
    return centre, centre - half, centre + half
