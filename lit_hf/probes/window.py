"""A bounded past of predictions: what calibration and stacking learn from."""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix
from lit_hf.probes.state import Stateful

SKIP_FROM = 64  # rows


class Window(Stateful):
    """The last `rows` predictions [rows, ...] of a stream, in order.

    `skip`: share of the stream whose predictions, the oldest, came from probes that knew little and are left out.
    """

    learned = ("_parts", "_end")

    def __init__(self, rows: int = 2048, skip: float = 0.3) -> None:
        self._rows, self._skip = rows, skip
        self._parts: list[Tensor] = []
        self._end = 0

    def put(self, rows: Tensor, start: int) -> None:
        """Append predictions that were paid, of the rows from position `start` on, which must follow the last ones."""
        if start != self._end:
            raise ValueError(f"predictions must follow each other: expected row {self._end}, got row {start}")
        self._parts.append(rows[-self._rows :].clone())
        self._end = start + len(rows)

    def past(self, prefix: Prefix) -> tuple[Tensor, Tensor]:
        """Return the window's predictions and their labels; the skipped part of the stream is left out."""
        if self._end != prefix.n:
            raise ValueError(f"{self._end} rows were predicted, {prefix.n} are to be learned")
        kept = torch.cat(self._parts)[-self._rows :]
        self._parts = [kept]
        start = max(self._end - len(kept), int(self._skip * self._end) if self._end > SKIP_FROM else 0)
        return kept[len(kept) - (self._end - start) :], prefix.labels(start, self._end)
