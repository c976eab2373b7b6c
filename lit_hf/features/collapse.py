"""Features that hardly differ between inputs: what they say of the labels is lost, whatever learns from them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

SAMPLE = 512
"""Rows that are looked at."""
COLLAPSED = 1e-4
"""Spread below which features are called collapsed: float32 then has three digits left to tell inputs apart.

Measured: 0.7 for EfficientNet-Lite0 on Fashion-MNIST and 0.5 for whisper-tiny on speech, 0.4 for the latter's random
twin, and exactly 0 for the former's, whose BatchNorm statistics are the default ones.
"""


class Rows(Protocol):
    """An array of features or what reads like one."""

    def __getitem__(self, rows: slice) -> np.ndarray: ...


def relative_spread(rows: Rows) -> float:
    """Return the root mean square of what rows differ by from their mean, over that of the rows; 0 for rows of zeros.

    rows: float [n, d]; the first 512 are looked at. Between 0 and 1, and 0 when all rows are equal.
    """
    found = np.asarray(rows[:SAMPLE], dtype=np.float64)
    size = float(np.mean(found**2))
    return float(np.sqrt(np.mean((found - found.mean(0)) ** 2) / size)) if size > 0 else 0.0
