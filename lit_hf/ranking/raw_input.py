"""Are the features more than their raw input? Both codes paired by input, in the orders that both have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.measures.intervals import by_group, interval
from lit_hf.ranking.comparable import order_of_groups
from lit_hf.records.record import Record


@dataclass(frozen=True)
class BesideRawInput:
    """What features save beside their raw input [bits], with its 95 % interval over new examples.

    `orders`: how many are compared; with one, the interval holds for that order.
    """

    bits: float
    low: float
    high: float
    orders: int

    @property
    def verdict(self) -> int:
        """1: more than raw input, -1: less, 0: they cannot be told apart."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


def beside_raw_input(record: Record) -> BesideRawInput | None:
    """Return what the features of a record save; None where the bits of each example are not beside it."""
    arrays = record.arrays
    if not {"bits_raw", "bits_encoder", "order"} <= set(arrays):
        return None
    return beside(arrays["bits_raw"], arrays["bits_encoder"], arrays["order"], arrays.get("groups"))


def beside(raw: np.ndarray, mine: np.ndarray, order: np.ndarray, groups: np.ndarray | None) -> BesideRawInput:
    """Return the same from the bits [R, N] of both, the example at each position [R, N], the group of each example."""
    shared = min(len(raw), len(mine))
    group = np.arange(raw.shape[1]) if groups is None else np.asarray(groups)
    saved = by_group(np.asarray(raw[:shared] - mine[:shared]), group)
    found = interval(saved, np.stack([order_of_groups(row, group) for row in order[:shared]]))
    return BesideRawInput(found.estimate, found.low, found.high, shared)
