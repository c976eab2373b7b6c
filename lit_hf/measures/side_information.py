"""Codes that may know something and need not use it: even Bayes mixtures over subsets of side information.

    L_mix = -log2( 1/S * sum_s 2^-L_s )    [bits],    L_mix <= L_s + log2 S for every subset s

Twice as many subsets, which hold the former ones, cost at most one bit more: so transfer and unique are at least -1
bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def may_know(codes: Sequence[np.ndarray]) -> np.ndarray:
    """Return bits [k] by position of the even mixture of `codes` [S][k]; the sums obey the bound above.

    The weights move with every label; they are those of Bayes.
    """
    each = np.stack(codes)
    paid = np.concatenate([np.zeros((len(each), 1)), np.cumsum(each, 1)], 1)
    least = paid.min(0)
    totals = least - np.log2(np.exp2(least - paid).mean(0))
    return np.diff(totals)
