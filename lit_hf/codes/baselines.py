"""Codes that look at no input: the uniform code and the class prior."""

from __future__ import annotations

import numpy as np


def uniform_bits(examples: int, classes: int) -> float:
    """Return k * log2 C, the bits of `examples` labels of `classes` classes under the uniform code."""
    return examples * float(np.log2(classes))


def class_prior_bits(labels: np.ndarray, classes: int, groups: np.ndarray | None = None) -> np.ndarray:
    """Return the bits [N] that each label costs under the adaptive KT code, p(c) = (n_c + 1/2) / (n + C/2).

    `labels` int [N] in stream order; `groups` [N] non-decreasing: counts move at the end of a group. The total is about
    N * H(empirical) + (C - 1)/2 * log2 N. Krichevsky and Trofimov (1981), "The performance of universal encoding".
    """
    marks = np.zeros((len(labels), classes), dtype=np.float64)
    marks[np.arange(len(labels)), labels] = 1.0
    before = np.cumsum(marks, 0) - marks
    if groups is not None:
        before = before[group_starts(groups)]
    chances = (before[np.arange(len(labels)), labels] + 0.5) / (before.sum(1) + 0.5 * classes)
    return -np.log2(chances)


def group_starts(groups: np.ndarray) -> np.ndarray:
    """Return for each position the position at which its group begins, int [N]."""
    first = np.flatnonzero(np.append(True, np.diff(groups) != 0))
    return np.repeat(first, np.diff(np.append(first, len(groups))))
