"""Gained, forgotten and carried over: what learning did to the bits of a task's labels.

T[i, j] is L_IT from state 0 to state i on data j, in bits: T[i, j] = L(state 0; D_j) - L(state i; D_j). All below are
differences of codelengths of the same labels in the same orders, so no twin is needed and state 0 cancels.

    gained(j)    = T[j, j] - T[j-1, j]       what learning j saved
    forgotten(j) = T[j, j] - T[last, j]      bits to relearn
    share        = forgotten / gained        null unless gained's interval lies above 0
    forward(j)   = T[j-1, j]                 what was known of j before j was learned
    backward     = - mean of forgotten(j) over j < last

After Lopez-Paz and Ranzato (2017), "Gradient Episodic Memory", in bits in place of accuracy. Values may be negative
and are never clipped. There are two intervals. `of this model` is paired over examples and orders: it speaks of new
labels, for these very weights. `of the method` is t over training seeds: it speaks of new trainings, and one seed
has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.measures.intervals import Interval, interval


def change(before: np.ndarray, after: np.ndarray, order: np.ndarray | None = None) -> Interval:
    """Return bits(before) - bits(after), paired by group and order, with its interval of this model.

    before, after: bits float64 [R, G] by group; order: int [R, G], the group at each position. Codes that are the same
    floats differ by 0.0 exactly. Raises ValueError where they are not of the same groups and orders.
    """
    if before.shape != after.shape:
        raise ValueError(f"codes of the same groups in the same orders, not {before.shape} and {after.shape}")
    return interval(before - after, order)


def gained(before: np.ndarray, after: np.ndarray, order: np.ndarray | None = None) -> Interval:
    """Return what learning saved, in bits: codes of the states just before and just after the task, [R, G]."""
    return change(before, after, order)


def forgotten(after: np.ndarray, last: np.ndarray, order: np.ndarray | None = None) -> Interval:
    """Return the bits to relearn: codes of the state just after the task and of the last state, [R, G]."""
    return change(last, after, order)


def forward(untrained: np.ndarray, before: np.ndarray, order: np.ndarray | None = None) -> Interval:
    """Return what was known of a task before it was learned, in bits: codes of state 0 and of the state before it."""
    return change(untrained, before, order)


def kept_beyond_never(never: np.ndarray, last: np.ndarray, order: np.ndarray | None = None) -> Interval:
    """Return what the last state still has of a task, in bits, over a model that never saw it.

    never: codes of a model that went through the same tasks without this one, [R, G]. The exclusion comparison of Hess
    et al. (2023), "Knowledge Accumulation in Continually Learned Representations and the Issue of Feature Forgetting".
    """
    return change(never, last, order)


def output_forgetting(before: np.ndarray, after: np.ndarray, order: np.ndarray | None = None) -> Interval:
    """Return the bits by which the model's own head got worse: head codes (lit_hf/codes/outputs.py), after - before."""
    return change(after, before, order)


def share(gain: Interval, loss: Interval) -> float | None:
    """Return forgotten / gained, a ratio; None unless the gain's interval lies above 0: nothing else can be lost."""
    return loss.estimate / gain.estimate if gain.low > 0 else None


def share_of_seeds(gains: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return the ratio of sums over training seeds, as a table shows it; None unless the gain of the method is above 0.

    A mean of ratios would be ruled by the seed that gained least.
    """
    found = of_method(gains)
    if found.low is None:
        return None if sum(gains) <= 0 else sum(losses) / sum(gains)
    return sum(losses) / sum(gains) if found.low > 0 else None


def backward(losses: Sequence[float]) -> float | None:
    """Return - mean of the bits forgotten over all tasks but the last; None with one task, which forgets nothing."""
    return -float(np.mean(losses[:-1])) if len(losses) > 1 else None


@dataclass(frozen=True)
class OfMethod:
    """A mean over training seeds in bits, its deviation, and its 95 % interval; None with one seed."""

    estimate: float
    deviation: float | None
    low: float | None
    high: float | None
    seeds: int


def of_method(values: Sequence[float], level: float = 0.95) -> OfMethod:
    """Return the interval of the method: t over `values`, one for each training seed, in bits.

    Raises ValueError for no values.
    """
    from scipy.stats import t

    if not len(values):
        raise ValueError("at least one seed")
    found, seeds = np.asarray(values, dtype=np.float64), len(values)
    if seeds == 1:
        return OfMethod(float(found[0]), None, None, None, 1)
    deviation = float(found.std(ddof=1))
    half = float(t.ppf(0.5 + level / 2, seeds - 1)) * deviation / float(np.sqrt(seeds))
    return OfMethod(float(found.mean()), deviation, float(found.mean()) - half, float(found.mean()) + half, seeds)
