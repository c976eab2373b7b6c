"""Coverage: how often numbers fell within the central intervals that were predicted for them, per decade of labels.

For the probability u of all below the label, |u - 1/2| < p/2 says that it lay in the central interval of nominal p.
With n predictions a calibrated coder misses p by about sqrt(p (1 - p) / n). Dawid (1984), "Statistical theory: the
prequential approach".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lit_hf.measures.calibration import DECADES


@dataclass(frozen=True)
class Coverage:
    """Of the predictions for labels [start, stop): shares of labels within the central 50 % and 90 %."""

    start: int
    stop: int
    within_50: float
    within_90: float


def coverage_by_decade(below: np.ndarray) -> list[Coverage]:
    """Return one `Coverage` for each decade of the stream; below: float [R, N] by position."""
    total = below.shape[1]
    spans = [(a, min(b, total)) for a, b in pairwise(DECADES) if a < total]
    return [Coverage(a, b, *(_within(below[:, a:b], share) for share in (0.5, 0.9))) for a, b in spans]


def _within(below: np.ndarray, share: float) -> float:
    return float((np.abs(below - 0.5) < share / 2).mean())
