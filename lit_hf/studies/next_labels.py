"""What the next labels buy: bits per label and accuracy at two and four times the labels; how many reach a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.measures.label_forecast import MISFIT_BITS, MISFIT_ERRORS, Forecast, block_means, forecast

TIMES = (2, 4)
STEPS = 16  # a doubling, where the labels that reach an accuracy are looked for


@dataclass(frozen=True)
class Reached:
    """How many labels reach an accuracy: by the median, and by the better and the worse end of the 80 % band.

    None: not within four times the labels, beyond which nothing is forecast. `labels` is at least what is there.
    """

    accuracy: float
    labels: int | None
    soonest: int | None
    latest: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object."""
        return {"accuracy": self.accuracy, "labels": self.labels, "band": [self.soonest, self.latest]}


@dataclass(frozen=True)
class NextLabels:
    """Forecasts at two and four times `labels`: bits of one label, and accuracy (0 to 1) where labels are classes.

    bits_now, accuracy_now: means over the last half doubling of the labels that are there.
    """

    labels: int
    bits_now: float
    bits: tuple[Forecast, ...]
    accuracy_now: float | None
    accuracy: tuple[Forecast, ...] | None
    reached: Reached | None

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object of `lit-hf data info`."""
        return {
            "labels_now": self.labels, "bits_now": self.bits_now, "bits": [_plain(each) for each in self.bits],
            "accuracy_now": self.accuracy_now,
            "accuracy": None if self.accuracy is None else [_plain(each) for each in self.accuracy],
            "target": None if self.reached is None else self.reached.to_dict(),
        }  # fmt: skip


def next_labels(bits: np.ndarray, correct: np.ndarray | None, target_accuracy: float | None = None) -> NextLabels:
    """Return the forecasts from `bits` and `correct` [R, N], by position; correct None: labels that are no classes.

    Raises ValueError below 500 labels.
    """
    count = bits.shape[1]
    ahead = [count * times for times in TIMES]
    found = tuple(forecast(bits, n, MISFIT_BITS) for n in ahead)
    now = float(block_means(bits)[1][-1])
    if correct is None:
        return NextLabels(count, now, found, None, None, None)
    errors = 1.0 - correct
    right = tuple(_as_accuracy(forecast(errors, n, MISFIT_ERRORS)) for n in ahead)
    accuracy = 1 - float(block_means(errors)[1][-1])
    reached = None if target_accuracy is None else reach(errors, target_accuracy)
    return NextLabels(count, now, found, accuracy, right, reached)


def reach(errors: np.ndarray, accuracy: float) -> Reached:
    """Return how many labels reach `accuracy`, from `errors` [R, N] of 0 and 1."""
    count = errors.shape[1]
    if 1 - block_means(errors)[1][-1] >= accuracy:
        return Reached(accuracy, count, count, count)
    ladder = np.unique(np.round(count * 2.0 ** (np.arange(1, 2 * STEPS + 1) / STEPS)).astype(int))
    along = [_as_accuracy(forecast(errors, int(n), MISFIT_ERRORS)) for n in ladder]
    first = [
        next((each.labels for each in along if getattr(each, name) >= accuracy), None)
        for name in ("median", "high", "low")
    ]
    return Reached(accuracy, *first)


def _as_accuracy(found: Forecast) -> Forecast:
    right = [float(np.clip(1 - each, 0, 1)) for each in (found.median, found.high, found.low)]
    return Forecast(found.labels, *right)


def _plain(found: Forecast) -> dict[str, Any]:
    return {"labels": found.labels, "median": found.median, "band": [found.low, found.high]}
