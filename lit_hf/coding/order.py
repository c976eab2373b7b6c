"""What is coded, in which order, with which code: the bundles that the functions of this room take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lit_hf.codes.probe_mixture import StreamCode
    from lit_hf.codes.stream import Stream


@dataclass(frozen=True, eq=False)
class Examples:
    """Labels and where they belong.

    labels: int64 [N], or [N, L] of labels that may hold together. groups: int64 [N], by example: labels of one group
    are coded together and learned after it. rows: int64 [N], the row of the features of each example; None: its own
    number.
    """

    labels: np.ndarray
    groups: np.ndarray
    rows: np.ndarray | None = None

    def first(self, count: int | None) -> Examples:
        """Return the first `count` examples, all for None."""
        return Examples(self.labels[:count], self.groups[:count], None if self.rows is None else self.rows[:count])

    def with_labels(self, labels: np.ndarray) -> Examples:
        """Return the same examples with other `labels`, one for each."""
        return replace(self, labels=labels)


@dataclass(frozen=True)
class Order:
    """Order `number` of those that `seed` draws; `keep_first`: order 0 is that of the examples.

    folds: 0, or the number of rotated orders that this is one of (lit_hf/codes/orders.py).
    """

    number: int = 0
    seed: int = 0
    keep_first: bool = True
    folds: int = 0


@dataclass(frozen=True)
class Code:
    """The name of a code (`lit_hf.config.CODES`), its kinds of probes (None: the default bank's), and their device."""

    name: str = "online"
    probes: tuple[str, ...] | None = None
    device: str = "cpu"


@dataclass(frozen=True, eq=False)
class PreparedOrder:
    """One order of N examples, ready to be coded.

    index: int64 [N], the example at each position; groups: int64 [N], by position, non-decreasing.
    """

    stream: Stream
    code: StreamCode
    index: np.ndarray
    groups: np.ndarray
