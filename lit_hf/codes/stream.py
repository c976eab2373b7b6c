"""The inputs of one order as the coder reads them: contiguous rows, shifted and scaled by constants of the first
increment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, overload

import numpy as np
import torch
from torch import Tensor

from lit_hf.probes.contract import Block, Prefix, Reader, Stateful

FARTHEST = 1e6  # of the scale: rows beyond are read as if they lay there, so that sums of squares stay inside float32
RESIDENT_BYTES = (
    512 * 2**20
)  # streams up to this size are kept in memory in their order; larger ones are read as needed


class Rows(Protocol):
    """Feature rows [N, d] that can be indexed: an array, a memory map, a tensor, or a feature store."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, index: Any, /) -> Any: ...


class Picked(Sequence[Any]):
    """The opaque inputs `examples[where[i]]`, each read when it is asked for."""

    def __init__(self, examples: Sequence[Any], where: np.ndarray | range) -> None:
        self._examples, self._where = examples, where

    def __len__(self) -> int:
        return len(self._where)

    @overload
    def __getitem__(self, at: int, /) -> Any: ...
    @overload
    def __getitem__(self, at: slice, /) -> Picked: ...
    def __getitem__(self, at: int | slice, /) -> Any:
        if isinstance(at, slice):
            return Picked(self._examples, self._where[at])
        return self._examples[int(self._where[at])]


class Stream(Stateful):
    """Rows of `features` in the order of `index` [N] (None: as they lie), float32 on `device`.

    examples: the opaque inputs behind the rows, indexed as `features` is (None: there are none).
    """

    learned = ("_shift", "_inverse")

    def __init__(
        self, features: Rows, index: np.ndarray | None, device: torch.device, examples: Sequence[Any] | None = None
    ) -> None:
        self._features, self._index, self.device = features, index, device
        self._examples = (
            None if examples is None else Picked(examples, range(len(examples)) if index is None else index)
        )
        self.n = len(index) if index is not None else features.shape[0]
        self.dim = features.shape[1]
        self._shift = torch.zeros(self.dim, device=device)
        self._inverse = 1.0
        self._resident: Tensor | None = None
        self._filled = 0
        if 4 * self.n * self.dim <= RESIDENT_BYTES:
            self._resident = torch.empty(self.n, self.dim, device=device)

    def fix_scale(self, n: int) -> None:
        """Take shift and scale from the first `n` rows, which are coded by then: later rows are read as (x - shift) /
        scale.

        One scale for all columns: it keeps sums of squares well inside float32 and is no standardisation, which is
        the probes' work.
        """
        rows = self._read(0, n)
        self._shift = rows.mean(0)
        spread = float((rows.double() - self._shift).square().mean().sqrt())
        self._inverse = 1.0 / spread if spread > 0 else 1.0
        self._filled = 0

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return rows [start, stop), scaled. No row beyond `stop` is read: features may be computed when they are
        asked for.
        """
        if self._resident is None:
            return self.scaled(self._read(start, stop))
        if stop > self._filled:
            self._resident[self._filled : stop] = self.scaled(self._read(self._filled, stop))
            self._filled = stop
        return self._resident[start:stop]

    def examples(self, start: int, stop: int) -> Sequence[Any]:
        """Return the opaque inputs of rows [start, stop), none of which is read yet."""
        if self._examples is None:
            raise LookupError("this stream has feature rows only, and no examples behind them")
        return self._examples[start:stop]

    def block(self, start: int, stop: int) -> Block:
        """Return rows [start, stop) as a learner predicts them."""
        return Block(self.inputs(start, stop), start, None if self._examples is None else self.examples(start, stop))

    def prefix(self, labels: Reader, n: int, fresh: int) -> Prefix:
        """Return rows [0, n) with `labels` as a learner learns them."""
        return Prefix(self.inputs, labels, n, fresh, None if self._examples is None else self.examples)

    def beside(self, other: Block, start: int) -> Block:
        """Return a block of inputs outside the stream (held-out ones), rows scaled, as if it stood at `start`."""
        return replace(other, inputs=self.scaled(other.inputs), start=start)

    def restore(self, state: dict[str, Any]) -> None:
        """Read rows from here on as the stream did whose `state` this is."""
        super().restore(state)
        self._filled = 0

    def scaled(self, rows: Tensor) -> Tensor:
        """Return other rows of the same kind (held-out ones) as the probes know them."""
        return ((rows - self._shift) * self._inverse).clamp_(-FARTHEST, FARTHEST)

    def _read(self, start: int, stop: int) -> Tensor:
        where = slice(start, stop) if self._index is None else self._index[start:stop]
        return to_tensor(self._features[where], self.device)


def to_tensor(rows: Any, device: torch.device) -> Tensor:
    """Return a float32 copy of `rows` on `device`."""
    if isinstance(rows, Tensor):
        return rows.detach().to(device=device, dtype=torch.float32, copy=True)
    return torch.from_numpy(np.array(rows, dtype=np.float32)).to(device)
