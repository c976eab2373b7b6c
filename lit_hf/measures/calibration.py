"""Calibration: whether the probes' mixture is right as often as it is sure, per decade of labels seen.

    ECE = sum_b |accuracy_b - confidence_b| * n_b / n       (a share, 0 .. 1)

over ten equal bins b of the confidence, the probability of the likeliest class. Guo, Pleiss, Sun, Weinberger (2017),
"On calibration of modern neural networks", arXiv 1706.04599. The mixture of probes before the null experts is judged:
it is what may be overconfident. With n predictions in all, about 0.4 * sqrt(bins / n) is expected of a perfectly
calibrated coder: stated beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

BINS = 10
DECADES = (0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)


@dataclass(frozen=True)
class Calibration:
    """Of the predictions for labels [start, stop): calibration error `ece`, what chance alone gives, mean confidence,
    accuracy.
    """

    start: int
    stop: int
    ece: float
    by_chance: float
    confidence: float
    accuracy: float


def calibration_by_decade(confidence: np.ndarray, correct: np.ndarray) -> list[Calibration]:
    """Return one `Calibration` for each decade of the stream: labels 0-9, 10-99, 100-999, ...

    confidence: float [R, N] by position, of the likeliest class; correct: bool [R, N], whether it was the label.
    """
    total = confidence.shape[1]
    spans = [(a, min(b, total)) for a, b in pairwise(DECADES) if a < total]
    return [_calibration(a, b, confidence[:, a:b].ravel(), correct[:, a:b].ravel()) for a, b in spans]


def _calibration(start: int, stop: int, confidence: np.ndarray, correct: np.ndarray) -> Calibration:
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=correct - confidence.astype(np.float64), minlength=BINS)
    noise = np.sqrt(2 / np.pi * np.bincount(bins, weights=confidence * (1 - confidence), minlength=BINS))
    ece, chance = (float(part.sum() / len(confidence)) for part in (np.abs(gaps), noise))
    return Calibration(start, stop, ece, chance, float(confidence.mean()), float(correct.mean()))
