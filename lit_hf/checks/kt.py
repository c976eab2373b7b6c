"""The Krichevsky-Trofimov code in closed form, for counts and for labels cut into parts by some value."""

from __future__ import annotations

import numpy as np


class KT:
    """Codelengths of labels of `classes` classes, for up to `limit` labels; all in bits.

    L(n_1 ... n_C) = sum_{k<n} log2(k + C/2) - sum_c sum_{k<n_c} log2(k + 1/2), n the sum of the counts: what the
    adaptive code p(c) = (n_c + 1/2) / (n + C/2) pays in any order. Both sums are tables.
    Krichevsky and Trofimov (1981), "The performance of universal encoding".
    """

    def __init__(self, limit: int, classes: int) -> None:
        steps = np.arange(limit, dtype=np.float64)
        self.classes = classes
        self.total = np.concatenate([[0.0], np.cumsum(np.log2(steps + classes / 2))])
        """float64 [limit + 1]: the first sum, by n."""
        self.each = np.concatenate([[0.0], np.cumsum(np.log2(steps + 0.5))])
        """float64 [limit + 1]: the inner of the second sum, by n_c."""

    def bits(self, counts: np.ndarray) -> float:
        """Return the codelength of `counts`, int [C]."""
        return float(self.total[counts.sum()] - self.each[counts].sum())

    def split_bits(self, values: np.ndarray, labels: np.ndarray) -> float:
        """Return the codelength of `labels` int [N], a code of its own for each of `values` int [N], from 0 on."""
        cells = np.unique(values * self.classes + labels, return_counts=True)[1]
        return float(self.total[np.bincount(values)].sum() - self.each[cells].sum())


def static_bits(counts: np.ndarray, learned: np.ndarray) -> float:
    """Return the bits of labels with `counts` [C] under the fixed p(c) = (m_c + 1/2) / (m + C/2), m = `learned` [C]."""
    chances = (learned + 0.5) / (learned.sum() + len(learned) / 2)
    return float(-(counts * np.log2(chances)).sum())
