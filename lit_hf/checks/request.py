"""What is asked for: which data, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Request:
    """What is to be checked; names mean what they mean for `eval`."""

    dataset: str
    test: str | None = None
    """The other split as data of its own; without it all splits of `dataset` are compared."""
    split: str | None = None
    task: str | None = None
    text_column: str | None = None
    text_pair_column: str | None = None
    label_column: str | None = None
    max_examples: int | None = None
    """Look at so many rows of each split at most, drawn by the seed; None: at all."""
    seed: int = 0

    def drawn(self, size: int) -> np.ndarray:
        """Return which of the `size` rows of a split to look at, in their order, int64."""
        if self.max_examples is None or size <= self.max_examples:
            return np.arange(size)
        return np.sort(np.random.default_rng(self.seed).choice(size, self.max_examples, replace=False))
