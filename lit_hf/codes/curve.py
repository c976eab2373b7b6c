"""What coding one stream leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Curve:
    """Bits paid along one order of a stream of N labels.

    bits: float64 [N], by position. index: int64 [N], the example at each position. groups: int64 [N], by position,
    non-decreasing.
    edges: int64 [I + 1], the increments. names: the E experts, families and nulls included.
    expert_bits: float64 [I, E], bits of each expert for each increment's labels, had it coded alone.
    weights: float64 [I, P] mixture weights of `parts` at the start of each increment, nulls included; they sum to one.
    held_out: log probabilities float32 [H, C] for held-out inputs after so many labels (keys: the marks and N); of
    numbers, predictive distributions.
    confidence: float32 [N], the learner's probability of the class it thinks likeliest (before the null experts);
    correct: bool [N], whether it was the label. below: of numbers, float64 [N], the learner's probability of all that
    is less than the label.
    """

    bits: np.ndarray
    index: np.ndarray
    groups: np.ndarray
    edges: np.ndarray
    names: tuple[str, ...]
    expert_bits: np.ndarray
    parts: tuple[str, ...]
    weights: np.ndarray
    held_out: dict[int, Any] = field(default_factory=dict)
    confidence: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))
    correct: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    below: np.ndarray = field(default_factory=lambda: np.empty(0, np.float64))
    each_bits: np.ndarray | None = None
    """Of several codes that were added up, the bits of each, float64 [L]."""

    @property
    def total(self) -> float:
        """Codelength in bits."""
        return float(self.bits.sum())

    @property
    def by_example(self) -> np.ndarray:
        """Bits [N] in the order of the examples rather than of the stream."""
        out = np.empty_like(self.bits)
        out[self.index] = self.bits
        return out

    @property
    def mixing_bits(self) -> float:
        """Bits paid above the expert that turned out best: what not knowing it cost (negative when combining earned
        more).
        """
        return self.total - float(self.expert_bits.sum(0).min())
