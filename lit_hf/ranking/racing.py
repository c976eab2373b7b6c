"""Early elimination: stop embedding for checkpoints that have lost.

No rule without an assumption exists: past differences do not bound the future of a learning curve. The assumption
made here:

    A (no late bloomer): from n labels on, the gap shrinks per doubling of the labels by at most s, where s is the
    larger of 0.02 bits per label and an upper limit of its shrinkage over the last doubling.

`audit` looks at completed runs and reports where it failed. All functions take bits of order 0, as `bounded` returns
them, and count groups (distinct inputs); "per label" is per group where inputs repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log2, pi, sqrt

import numpy as np

MIX = 2.0**-10


@dataclass(frozen=True)
class Rules:
    """`level`: chance that the race eliminates any checkpoint which would not have lost, when A is true.

    `least_shells`: no verdict before as many; `least_shrinkage` [bits per label and doubling]; `shrinkage_level`:
    one-sided level of the upper limit of the shrinkage (normal approximation). `asymptotic`: take the normal limit of
    the gap at each shell instead of the empirical-Bernstein one. It is several times tighter and eliminates earlier;
    its level holds for long shells only, and no longer for every distribution of losses.
    """

    level: float = 0.05
    least_shells: int = 3
    least_shrinkage: float = 0.02
    shrinkage_level: float = 0.95
    asymptotic: bool = False


@dataclass(frozen=True)
class Verdict:
    """A candidate against the leader after n of N groups.

    `lead` [bits]: sum so far, exact. `gap`, `gap_low` [bits per label]: mean over the last shell and its lower
    confidence limit. `shrinkage`: s of assumption A. `margin` [bits]: what the leader keeps at N in the worst case
    that A allows.
    """

    n: int
    total: int
    lead: float
    gap: float
    gap_low: float
    shrinkage: float
    margin: float

    @property
    def eliminated(self) -> bool:
        """Whether the candidate has lost."""
        return self.margin > 0

    @property
    def needed(self) -> float:
        """Bits per label that the candidate would have to gain on the rest to draw level."""
        return self.lead / (self.total - self.n) if self.total > self.n else float("inf")


def bounded(bits: np.ndarray, classes: float) -> np.ndarray:
    """Bits of the code mixed with 2^-10 of the uniform one: at most 10 + log2 C, at most 0.0015 more than `bits`.

    classes: C, or 2^L for rows of L labels that may hold together.
    """
    return -np.log2((1 - MIX) * np.exp2(-bits) + MIX / classes)


def largest_loss(classes: float) -> float:
    """The bound of `bounded`, in bits."""
    return 10 + log2(classes)


def judge(difference: np.ndarray, ends: Sequence[int], total: int, bound: float, alpha: float, rules: Rules) -> Verdict:
    """Verdict on a candidate, from `difference` [n]: bits of the candidate minus bits of the leader.

    Shells end at `ends`, the last being n. With G the lead, g the lower limit of the mean conditional difference over
    the last shell and v its variance, the margin is G + sum_{i=n+1..N} [g - s log2(i / n)] - z sqrt((N - n) v);
    `alpha` is shared equally by g and z. `bound`: the largest loss of a group.
    """
    from scipy.stats import norm

    n, before = ends[-1], ends[-2]
    last, earlier = difference[before:n], difference[n // 4 : before]
    if rules.asymptotic:
        low = float(last.mean()) - float(norm.isf(alpha / 2)) * sqrt(float(last.var()) / len(last))
    else:
        low = gap_low(last, float(earlier.mean()), float(earlier.var()), bound, alpha / 2)
    shrinkage = max(shrinkage_limit(difference[:n], rules.shrinkage_level), rules.least_shrinkage)
    lead, rest = float(difference[:n].sum()), total - n
    doublings = float(np.log2(np.arange(n + 1, total + 1) / n).sum())
    noise = float(norm.isf(alpha / 2)) * sqrt(rest * float(last.var()))
    margin = lead + rest * low - shrinkage * doublings - noise
    return Verdict(n, total, lead, float(last.mean()), low, shrinkage, margin)


def gap_low(difference: np.ndarray, guess: float, spread: float, bound: float, alpha: float) -> float:
    """Lower limit of the mean conditional difference [bits per label], at level 1 - alpha for every length at once.

    Empirical Bernstein: for differences >= -bound and any guess g made before them, with c = bound + g and 0 <= r < 1
    / c, exp(r sum (x_i - mu_i) - psi(r) sum (x_i - g)^2) with psi(r) = (-log(1 - r c) - r c) / c^2 is a
    supermartingale, so

        mean >= average of x - (log(1 / alpha) + psi(r) sum (x_i - g)^2) / (r t)

    `guess` and `spread` (mean and variance seen before) also choose r. Reference: Howard, Ramdas, McAuliffe, Sekhon,
    "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 2021; for forecasters:
    Choe and Ramdas, "Comparing sequential forecasters", Operations Research 2024, arXiv 2110.00115.
    """
    guess = float(np.clip(guess, -bound / 2, bound))
    scale = bound + guess
    rates = np.linspace(0.005, 0.95, 190) / scale
    psi = (-np.log1p(-rates * scale) - rates * scale) / scale**2
    t, need = len(difference), log(1 / alpha)
    best = int(np.argmin((need + psi * t * max(spread, 1e-6)) / rates))
    squares = float(((difference - guess) ** 2).sum())
    return float(difference.mean() - (need + psi[best] * squares) / (rates[best] * t))


def shrinkage_limit(difference: np.ndarray, level: float) -> float:
    """Upper limit of how much the mean difference fell from the last doubling but one to the last [bits per label]."""
    from scipy.stats import norm

    n = len(difference)
    newer, older = difference[n // 2 :], difference[n // 4 : n // 2]
    error = sqrt(float(newer.var()) / len(newer) + float(older.var()) / len(older))
    return float(older.mean() - newer.mean() + norm.ppf(level) * error)


def stage_level(level: float, test: int, candidates: int) -> float:
    """Share of `level` for one pair at the `test`-th verdict (from 1): they sum to it over pairs and stages."""
    return level * 6 / (pi**2 * test**2) / (candidates * (candidates - 1))


def stage(
    bits: np.ndarray, ends: Sequence[int], total: int, bound: float, candidates: int, rules: Rules | None = None
) -> tuple[int, list[Verdict | None]]:
    """After a shell: the leader's index and the verdict on each other runner.

    None for the leader, and for all when it is too early. `bits` [runners, n], bounded, of those still in the race;
    `ends`: ends of the shells so far, the last being n; `bound`: the largest loss of a group; `candidates`: how many
    started. Two equal codes: the first leads.
    """
    rules = rules or Rules()
    n, test = ends[-1], len(ends) - rules.least_shells + 1
    leader = int(bits[:, :n].sum(axis=1).argmin())
    if test < 1 or len(ends) < 2 or len(bits) < 2:
        return leader, [None] * len(bits)
    alpha = stage_level(rules.level, test, candidates)
    verdicts = [judge(row - bits[leader], ends, total, bound, alpha, rules) for row in bits[:, :n]]
    return leader, [None if m == leader else verdict for m, verdict in enumerate(verdicts)]
