"""Axes: where the ticks stand, and where a value falls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Linear:
    """An axis from `low` to `high` with ticks every `step`; all three are round numbers."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """Return 0 at the low end, 1 at the high end, and nothing beyond."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def ticks(self) -> list[float]:
        """Return the ticks, lowest first."""
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]


@dataclass(frozen=True)
class Logarithmic:
    """An axis from `low` to `high`, both above 0."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return 0 at the low end, 1 at the high end."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def value(self, place: float) -> float:
        """Return the value at a place: the inverse of `place`."""
        return self.low * (self.high / self.low) ** place

    def ticks(self) -> list[float]:
        """Return the powers of ten on the axis, and 2 and 5 times them when that leaves fewer than three."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        tens = [10.0**d for d in decades if self.low <= 10.0**d <= self.high]
        if len(tens) >= 3:
            return tens
        return [m * 10.0**d for d in decades for m in (1, 2, 5) if self.low <= m * 10.0**d <= self.high]


def linear(values: Sequence[float], count: int = 5) -> Linear:
    """Return an axis that holds all `values` and has about `count` ticks."""
    low, high = min(values), max(values)
    spread = (high - low) or abs(high)
    spread = spread if spread > 1e-300 else 1.0  # also what is too small to be divided
    power = 10.0 ** math.floor(math.log10(spread / count))
    step = next(m * power for m in (1, 2, 5, 10) if m * power * count >= spread)
    return Linear(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step or step, step)
