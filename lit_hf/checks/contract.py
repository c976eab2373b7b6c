"""What is checked: rows of one or several splits, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lit_hf.checks.labels import Labels

Content = str | tuple[str, ...] | bytes | int
"""A text, the texts of a pair, or what stands for another input: the hash of its content."""


@dataclass(frozen=True)
class Data:
    """Rows of all splits in their order; the first split is the one that labels are coded of.

    N rows in all; `inputs[i]` is None where there is nothing. `columns` (other columns by name) and `lengths` (what
    counts as long, by its name) belong to the first split alone.
    """

    splits: tuple[str, ...]
    starts: np.ndarray
    """int64 [S + 1]: the rows of split s are `starts[s]` to `starts[s + 1]`."""
    inputs: Sequence[Content | None]
    labels: Labels
    parts: tuple[str, ...] = ("text",)
    """Names of the texts of an input, for people."""
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    lengths: Mapping[str, np.ndarray] = field(default_factory=dict)
    about: Mapping[str, str | None] | None = None
    """Where the data came from: id, config, revision and columns of the label; None for what lay in memory."""
    rows: np.ndarray | None = None
    """int64 [N]: where each row stood in its split as loaded, if some were left out."""

    @property
    def split_of(self) -> np.ndarray:
        """int64 [N]: the split of each row."""
        return np.repeat(np.arange(len(self.splits)), np.diff(self.starts))

    @property
    def first(self) -> slice:
        """The rows of the first split."""
        return slice(0, int(self.starts[1]))

    def place(self, row: int) -> tuple[str, int]:
        """Return the split of a row, and its number in the split as loaded, from 0."""
        split = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.splits[split], int(row - self.starts[split] if self.rows is None else self.rows[row])


def starts_of(rows: Mapping[str, Sequence[Any] | np.ndarray]) -> np.ndarray:
    """Return int64 [S + 1]: where the rows of each split begin, and the last ends."""
    return np.cumsum([0, *(len(each) for each in rows.values())], dtype=np.int64)
