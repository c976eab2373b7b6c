"""An encoder that counts what it is asked for, and whose rows are a function of its shard, as batching makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input


@dataclass
class Counting(Encoder):
    """Rows are (length, a hash of the shard): two embeddings agree only if their shards do."""

    name: str = "a"
    asked: list[int] = field(default_factory=list)
    """Size of each shard that was encoded."""
    bad: str | None = None
    """Text whose row is NaN."""

    @property
    def key(self) -> Mapping[str, Any]:
        return {"kind": "counting", "name": self.name}

    @property
    def info(self) -> EncoderInfo:
        return EncoderInfo(self.name, None, "checkpoint", "Counting", 0, 2, 1, "mean", "", 9, "right", "float32")

    @property
    def dim(self) -> int:
        return 2

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        self.asked.append(len(inputs))
        shard = float(sum(len(text) * (place + 1) for place, text in enumerate(inputs)) % 9_973)
        rows = [[float("nan") if text == self.bad else float(len(text)), shard] for text in inputs]
        return Encoded(np.array(rows, dtype=np.float32), truncated=sum(len(text) > 40 for text in inputs))

    def twin(self, seed: int) -> Encoder:
        return Counting(f"{self.name} {seed}")
