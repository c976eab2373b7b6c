"""What a job consists of before any of it is done: passes of encoders over inputs, and orders to code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lit_hf.encoders import Encoder
    from lit_hf.evaluation.job import Job
    from lit_hf.features import FeatureStore
    from lit_hf.runtime.inputs import Input


@dataclass(frozen=True)
class Pass:
    """One encoder over the first `count` of `inputs`: in whole shards `whole` inputs, of which `stored` are there."""

    label: str
    encoder: Encoder
    inputs: Sequence[Input]
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
    """Orders to code: `count` of them, each of `labels` labels, on features of `dim` columns."""

    label: str
    count: int
    labels: int
    dim: int


def eval_work(job: Job, store: FeatureStore) -> tuple[list[Pass], list[Unit]]:
    """Return the passes and orders of one evaluation, as `lit_hf.evaluation.arms` will do them."""
    from lit_hf.encoders import raw_input
    from lit_hf.evaluation.arms import CONTROL_EXAMPLES, part_of

    task, settings, labels = job.task, job.settings, len(job.task.labels)
    part = part_of(job)
    groups = int(task.groups[part - 1]) + 1
    passes = _own_passes(job, store)
    twins = job.encoder.baselines(settings.twins, settings.seed)
    for number, twin in enumerate(twins):
        passes.append(make_pass(f"twin {number + 1}", twin, task.inputs, groups if number else task.size, store))
    raw = raw_input(task.kind)
    passes += [make_pass("raw input", raw, task.inputs, task.size, store)] if raw is not None else []
    dim, control = job.encoder.info.dim, min(labels, CONTROL_EXAMPLES)
    units = [Unit("encoder", settings.orders, labels, dim), Unit("control", 2 if twins else 1, control, dim)]
    units += [Unit("layers", len(job.encoder.layers) - 1, labels, dim)] if job.encoder.layers else []
    units += (
        [Unit("twin", settings.orders, labels, dim), Unit("further twins", len(twins) - 1, part, dim)] if twins else []
    )
    units += [Unit("raw input", 1, labels, raw.dim)] if raw is not None else []
    return passes, [unit for unit in units if unit.count]


def rank_work(job: Job, store: FeatureStore) -> tuple[list[Pass], list[Unit]]:
    """Return the passes and orders of one checkpoint of a ranking that is not dropped: of a race, the most there is."""
    return _own_passes(job, store), [Unit("encoder", job.settings.orders, len(job.task.labels), job.encoder.info.dim)]


def _own_passes(job: Job, store: FeatureStore) -> list[Pass]:
    task = job.task
    passes = [make_pass("encoder", job.encoder, task.inputs, task.size, store)]
    if task.holdout is not None:
        inputs = task.holdout.inputs
        passes.append(make_pass("held-out examples", job.encoder, inputs, len(inputs), store))
    return passes


def make_pass(label: str, encoder: Encoder, inputs: Sequence[Input], count: int, store: FeatureStore) -> Pass:
    """Return a pass with what the store holds of it; a shard that is stored may be read, never written."""
    from lit_hf.features import shards
    from lit_hf.features.store import shard_address
    from lit_hf.runtime.inputs import rows_of

    whole, stored, rows, before = 0, 0, 0, None
    for shard in shards(len(inputs), count):
        here = inputs[shard.start : shard.stop]
        address = shard_address(here, before)
        before = address if encoder.stateful else None
        whole += len(here)
        if encoder.stored and store.read(encoder.key, address) is not None:
            stored += len(here)
        else:
            rows += sum(map(rows_of, here))
    return Pass(label, encoder, inputs, whole, stored, rows)
