"""Races replayed on completed runs: who would have been eliminated, when, and whether assumption A held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2, sqrt

import numpy as np

from lit_hf.ranking.racing import Rules, Verdict, largest_loss, stage


@dataclass(frozen=True)
class Elimination:
    """`model` (index) eliminated against `leader` with `verdict`."""

    model: int
    leader: int
    verdict: Verdict


@dataclass(frozen=True)
class Finding:
    """What became of an eliminated checkpoint that was run to the end.

    `violation`: end of the first shell at which A had certainly failed (None: it never had); `overtook`: its code
    ended shorter than that of the leader it lost to; `final` [bits]: its codelength at the end minus that
    leader's.
    """

    elimination: Elimination
    violation: int | None
    overtook: bool
    final: float


def replay(bits: np.ndarray, ends: Sequence[int], classes: int, rules: Rules | None = None) -> list[Elimination]:
    """Eliminations, in order, of a race over completed runs.

    `bits` [M, N]: bounded, of order 0; `ends`: ends of the shells, the last being N.
    """
    running, eliminations = list(range(len(bits))), []
    for j in range(1, len(ends)):
        leader, verdicts = stage(
            bits[running, : ends[j - 1]], ends[:j], ends[-1], largest_loss(classes), len(bits), rules
        )
        out = [
            Elimination(running[i], running[leader], v)
            for i, v in enumerate(verdicts)
            if v is not None and v.eliminated
        ]
        eliminations += out
        running = [m for m in running if m not in {e.model for e in out}]
    return eliminations


def audit(
    bits: np.ndarray, ends: Sequence[int], eliminations: Sequence[Elimination], level: float = 0.05
) -> list[Finding]:
    """For each elimination, whether the gap later fell below what A promises, beyond the noise of a shell.

    A failed at a later shell ending at e when the upper limit (normal, one-sided, `level` shared by the later shells)
    of its mean difference is below g - s log2(e / n), g being the lower limit used by the verdict.
    """
    return [_finding(bits[e.model] - bits[e.leader], ends, e, level) for e in eliminations]


def _finding(difference: np.ndarray, ends: Sequence[int], elimination: Elimination, level: float) -> Finding:
    from scipy.stats import norm

    verdict = elimination.verdict
    later = [(a, b) for a, b in pairwise(ends) if a >= verdict.n]
    z = float(norm.isf(level / max(len(later), 1)))
    violation = None
    for start, end in later:
        shell = difference[start:end]
        upper = float(shell.mean()) + z * sqrt(float(shell.var()) / len(shell))
        if upper < verdict.gap_low - verdict.shrinkage * log2(end / verdict.n):
            violation = end
            break
    final = float(difference.sum())
    return Finding(elimination, violation, final < 0, final)


def embedding_cost(eliminations: Sequence[Elimination], tokens: np.ndarray, parameters: Sequence[float]) -> float:
    """Share of the work of a full run, tokens times parameters, that the race does.

    `tokens` [N] of each group, in stream order; `parameters` of each checkpoint.
    """
    spent = np.cumsum(tokens)
    seen = np.full(len(parameters), float(spent[-1]))
    for e in eliminations:
        seen[e.model] = float(spent[e.verdict.n - 1])
    weights = np.asarray(parameters, dtype=np.float64)
    return float(seen @ weights / (spent[-1] * weights.sum()))
