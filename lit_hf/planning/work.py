"""What arms weigh before any of them is done: passes of encoders over inputs, and orders to code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lit_hf.evaluation.arms import Arm, Embedding, embeddings_of

if TYPE_CHECKING:
    from lit_hf.encoders import Encoder
    from lit_hf.features import FeatureStore


@dataclass(frozen=True)
class Pass:
    """One encoder over a stream: in whole shards `whole` inputs, of which `stored` are there."""

    label: str
    encoder: Encoder
    whole: int
    stored: int
    rows: int
    """Rows of features that will be written."""

    @property
    def missing(self) -> int:
        """Inputs to embed."""
        return self.whole - self.stored

    @property
    def bytes(self) -> int:
        """Bytes that will be written: float32 rows, unless nothing of this encoder is stored."""
        return 4 * self.rows * self.encoder.dim if self.encoder.stored else 0


@dataclass(frozen=True)
class Unit:
    """An arm to code: `count` orders, each of `codes` codes of `labels` labels, on features of `dim` columns."""

    label: str
    count: int
    labels: int
    dim: int
    codes: int


def work_of(arms: Sequence[Arm], codes: int, store: FeatureStore) -> tuple[list[Pass], list[Unit]]:
    """Return the passes and the orders of `arms`; `codes`: how many codes an order of the task's labels consists of."""
    passes = [make_pass(each, store) for each in embeddings_of(arms)]
    return passes, [Unit(arm.name, len(arm.orders), len(arm.labels), arm.dim, codes) for arm in arms]


def make_pass(asked: Embedding, store: FeatureStore) -> Pass:
    """Return a pass with what the store holds of it; a shard that is stored may be read, never written."""
    from lit_hf.features import shards
    from lit_hf.features.store import shard_address
    from lit_hf.runtime.inputs import rows_of

    encoder, inputs = asked.encoder, asked.inputs
    whole, stored, rows, before = 0, 0, 0, None
    for shard in shards(len(inputs), asked.count):
        here = inputs[shard.start : shard.stop]
        address = shard_address(here, before)
        before = address if encoder.stateful else None
        whole += len(here)
        if encoder.stored and store.read(encoder.key, address) is not None:
            stored += len(here)
        else:
            rows += sum(map(rows_of, here))
    return Pass(asked.label, encoder, whole, stored, rows)
