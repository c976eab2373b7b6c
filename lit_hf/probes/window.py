"""A bounded past of predictions: what calibration and stacking learn from."""

from __future__ import annotations

import torch
from torch import Tensor

from lit_hf.probes.contract import Prefix

ROWS = 2048
SKIP = 0.3  # of the stream: the oldest predictions came from probes that knew little
SKIP_FROM = 64


class Window:
    """The last `ROWS` predictions [rows, ...] of a stream, in order."""

    def __init__(self) -> None:
        self._parts: list[Tensor] = []
        self._end = 0

    def put(self, rows: Tensor, start: int) -> None:
        """Append predictions of the rows from stream position `start` on, which must follow the last ones."""
        if start != self._end:
            raise ValueError(f"predictions must follow each other: expected row {self._end}, got row {start}")
        self._parts.append(rows[-ROWS:].clone())
        self._end = start + len(rows)

    def past(self, prefix: Prefix) -> tuple[Tensor, Tensor]:
        """Return the window's predictions and their labels; the part before `SKIP` of the stream is left out."""
        if self._end != prefix.n:
            raise ValueError(f"{self._end} rows were predicted, {prefix.n} are to be learned")
        kept = torch.cat(self._parts)[-ROWS:]
        self._parts = [kept]
        start = max(self._end - len(kept), int(SKIP * self._end) if self._end > SKIP_FROM else 0)
        return kept[len(kept) - (self._end - start) :], prefix.labels(start, self._end)
