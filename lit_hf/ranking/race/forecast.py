"""How far one candidate will end behind another: forecast from the gap so far, with an error that owns up to drift."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lit_hf.ranking.race.drift import Drift
from lit_hf.ranking.race.rules import SHRINK

WINDOW = 0.28
"""Variance, in units of q^2, of a Brownian motion at n less its mean over the last half of the n groups.

A gap read there stands for the middle of its window. 0.2805: tests/ranking/race/test_drift.py computes it.
"""
ROUNDING = 1e-12
"""Bits per label that two ways to sum the same losses may differ by."""
WIDE = 1.959963984540054
"""Normal quantile of a 95 % interval."""


@dataclass(frozen=True)
class Forecast:
    """(L_N(b) - L_N(a)) / N [bits per label], normal: mean `behind`, standard error `error`."""

    behind: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Return the ends of the 95 % interval."""
        return self.behind - WIDE * self.error, self.behind + WIDE * self.error

    def risk(self, within: float) -> float:
        """Return the chance that b ends more than `within` shorter than a: Phi(-(m + epsilon) / s)."""
        from scipy.special import ndtr

        if self.error == 0:
            return float(self.behind < -within - ROUNDING)
        return float(ndtr(-(self.behind + within) / self.error))


def per_label(losses: np.ndarray, groups: int, labels: int) -> np.ndarray:
    """Return what groups cost [bits], over the mean number of labels of a group: so that means are bits per label.

    `groups`, `labels`: of the whole stream; answers are counted where an example has several.
    """
    return np.asarray(losses, dtype=np.float64) * (groups / labels)


def last_half(n: int) -> int:
    """Return where the window begins from which a gap after `n` groups is read."""
    return n // 2


def totals(rows: np.ndarray, total: int) -> np.ndarray:
    """Return the forecast of each candidate's bits per label at N, up to what all have in common; `rows` [M, n]."""
    n = rows.shape[1]
    gap = rows[:, last_half(n) :].mean(axis=1)
    return np.asarray((rows.sum(axis=1) + (total - n) * SHRINK * gap) / total)


def forecast(behind: np.ndarray, ahead: np.ndarray, total: int, drift: Drift) -> Forecast:
    """Forecast how far one with losses `behind` [n] ends behind one with losses `ahead` [n], at `total` = N groups.

    With d = behind - ahead, G its sum, g and v its mean and variance over the last half, t groups:

        m  = (G + (N - n) rho g) / N
        s2 = ((N - n) / N)^2 [v / (N - n) + rho^2 v / t + q^2 (w(n, N) + 0.28)]

    rho = 0.9; q^2 from `drift`; w: `walk`. Without its correction the drift's 0.28 is left out.
    """
    difference, n = behind - ahead, len(behind)
    late, left = difference[last_half(n) :], total - n
    mean = float(totals(difference[None], total)[0])
    if left == 0:
        return Forecast(mean, 0.0)
    v = float(late.var(ddof=1))
    square = drift.square(v) * (walk(n, total) + (WINDOW if drift.corrected else 0.0))
    variance = (left / total) ** 2 * (v / left + SHRINK**2 * v / len(late) + square)
    return Forecast(mean, float(np.sqrt(variance)))


@lru_cache(maxsize=4096)
def walk(n: int, total: int) -> float:
    """Return w(n, N): the variance of the mean over n < i <= N of a Brownian motion in log2(i / n).

    With t_i = log2(i / n), which grows: sum_i t_i (2 (N - i) + 1) / (N - n)^2.
    """
    i = np.arange(n + 1, total + 1)
    return float((np.log2(i / n) * (2 * (total - i) + 1)).sum() / (total - n) ** 2)
