"""What one evaluation codes: a list of arms that embeds nothing and loads nothing.

A run does this list, a plan weighs it, a ranking takes the encoder's arm, the Trainer's stream takes two of it.

task x encoder x measurement ─> arms_of: list[Arm] ─> embeddings_of: which encoders over how many inputs
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lit_hf.coding.order import Examples
    from lit_hf.config import MeasurementSettings
    from lit_hf.encoders import Encoder
    from lit_hf.runtime.inputs import Input
    from lit_hf.tasks import Task
    from lit_hf.tasks.contract import Holdout

ENCODER, TWIN, BASE, RAW, HELD_OUT = "encoder", "twin 1", "adapter base", "raw input", "held-out examples"
CONTROL_EXAMPLES = 2_000  # labels of the control: enough to show false transfer, whatever the size of the data
TWIN_SHARE = 4  # further twins code the first 1 / TWIN_SHARE of the stream, or all of it up to LEAST_SHARE:
LEAST_SHARE = 2_048  # what twins differ by shows only where they learn (tests/controls/test_coverage.py)


@dataclass(frozen=True, eq=False)
class Arm:
    """One thing that an evaluation codes: `labels` given the features of an encoder, in some orders."""

    name: str
    encoder: Encoder
    inputs: Sequence[Input]
    """The whole stream; its first `size` inputs are read."""
    labels: np.ndarray
    """int64 [n], or [n, L] of labels that may hold together."""
    groups: np.ndarray
    """int64 [n], non-decreasing: the group of each label."""
    members: np.ndarray
    """int64 [n], non-decreasing: `inputs[members[i]]` is the input of label i."""
    rows: np.ndarray
    """int64 [n]: the row of the features that each label belongs to."""
    orders: tuple[int, ...]
    held_out: Holdout | None = None
    """Labelled inputs to predict at the marks of order 0."""
    probes: tuple[str, ...] | None = None
    """Kinds of probes; None: the whole bank."""
    layer: int | None = None
    """Of an encoder that gives several layers; None: the result's."""

    @property
    def size(self) -> int:
        """Number of inputs whose features are read."""
        return int(self.members[-1]) + 1

    @property
    def examples(self) -> Examples:
        """What is coded."""
        from lit_hf.coding.order import Examples

        return Examples(self.labels, self.groups, self.rows)

    @property
    def columns(self) -> slice:
        """Columns of the encoder's rows that are read."""
        layers = self.encoder.layers
        if not layers:
            return slice(0, self.encoder.dim)
        return layers[list(layers)[-1] if self.layer is None else self.layer]

    @property
    def dim(self) -> int:
        """Number of columns that are read."""
        return len(range(self.encoder.dim)[self.columns])

    def first(self, labels: int, name: str, encoder: Encoder | None = None) -> Arm:
        """Return an arm of the first `labels` labels in order 0, of another encoder perhaps, predicting nothing."""
        cut = slice(labels)
        return replace(
            self, name=name, encoder=encoder or self.encoder, labels=self.labels[cut], groups=self.groups[cut],
            members=self.members[cut], rows=self.rows[cut], orders=self.orders[:1], held_out=None,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Embedding:
    """One encoder over the first `count` of `inputs`: what all arms of this encoder read."""

    label: str
    encoder: Encoder
    inputs: Sequence[Input]
    count: int


def twin_name(number: int) -> str:
    """Return the name of a twin's arm, counted from 1: the first (`TWIN`) is the baseline, the others code a part."""
    return f"twin {number}"


def layer_name(layer: int) -> str:
    """Return the name of the arm of a layer that is not the result's."""
    return f"layer {layer}"


def control_name(arm: str) -> str:
    """Return the name of the control beside `arm`."""
    return f"shuffled labels, {arm}"


def without_name(kind: str, arm: str) -> str:
    """Return the name of `arm` coded without a kind of probe."""
    return f"without {kind}, {arm}"


def arms_of(task: Task, encoder: Encoder, settings: MeasurementSettings) -> list[Arm]:
    """Return everything that one evaluation codes: the encoder first, then what it is compared with."""
    from lit_hf.encoders import raw_input

    mine = encoder_arm(task, encoder, settings)
    twins = _twins(mine, task, settings)
    base, raw, whole = encoder.adapted_from, raw_input(task.reads or task.kind), len(mine.labels)
    found = [mine, *twins]
    found += [] if base is None else [replace(mine, name=BASE, encoder=base, held_out=None)]
    found += [replace(mine.first(whole, layer_name(each)), layer=each) for each in list(encoder.layers)[:-1]]
    found += [] if raw is None else [mine.first(whole, RAW, raw)]
    pair = [mine, *twins[:1]]
    return [*found, *(_control(arm, settings.seed) for arm in pair), *_without_each_kind(pair, task, settings)]


def encoder_arm(task: Task, encoder: Encoder, settings: MeasurementSettings) -> Arm:
    """Return the arm of the encoder itself: all labels in all orders, and predictions of what is held out."""
    orders = tuple(range(settings.orders))
    return Arm(
        ENCODER, encoder, task.inputs, task.labels, task.groups, task.members, task.feature_rows, orders,
        held_out=task.holdout,
    )  # fmt: skip


def embeddings_of(arms: Iterable[Arm]) -> list[Embedding]:
    """Return what must be embedded for `arms`: each encoder once over each of its inputs, as far as any arm reads."""
    found: dict[tuple[int, int], Embedding] = {}
    for arm in arms:
        asked = [Embedding(arm.name, arm.encoder, arm.inputs, arm.size)]
        if arm.held_out is not None:
            asked.append(Embedding(HELD_OUT, arm.encoder, arm.held_out.inputs, len(arm.held_out.inputs)))
        for each in asked:
            known = found.setdefault((id(each.encoder), id(each.inputs)), each)
            if known.count < each.count:
                found[id(each.encoder), id(each.inputs)] = replace(known, count=each.count)
    return list(found.values())


def part_of(task: Task, settings: MeasurementSettings) -> int:
    """Return how many labels the further twins code: all where the bits of a prefix depend on what follows."""
    from lit_hf.coding.rules import BY_SHARE

    labels = len(task.labels)
    return labels if settings.code in BY_SHARE else min(labels, max(LEAST_SHARE, labels // TWIN_SHARE))


def left_out(task: Task, settings: MeasurementSettings) -> dict[str, tuple[str, ...]]:
    """Return for each kind of probe the kinds that are left without it, when their sensitivity is asked for."""
    from lit_hf.probes.bank import KINDS

    online = settings.code == "online" and task.target.has_sensitivity
    wanted = KINDS if settings.sensitivity and online else ()
    return {kind: tuple(other for other in KINDS if other != kind) for kind in wanted}


def _twins(mine: Arm, task: Task, settings: MeasurementSettings) -> list[Arm]:
    """Return the baseline in all orders, and further initialisations of it on a part of order 0."""
    found = mine.encoder.baselines(settings.twins, settings.seed)
    part = part_of(task, settings)
    first = [replace(mine, name=twin_name(1), encoder=twin, held_out=None) for twin in found[:1]]
    return first + [mine.first(part, twin_name(number), twin) for number, twin in enumerate(found[1:], start=2)]


def _control(arm: Arm, seed: int) -> Arm:
    """Return the control: the first labels in an order that has nothing to do with the inputs."""
    cut = arm.first(CONTROL_EXAMPLES, control_name(arm.name))
    return replace(cut, labels=np.random.default_rng([seed, 7]).permutation(cut.labels))


def _without_each_kind(pair: Sequence[Arm], task: Task, settings: MeasurementSettings) -> list[Arm]:
    """Return both arms once more for each kind of probe that is left out; nothing where there is no baseline."""
    kinds = left_out(task, settings) if len(pair) == 2 else {}
    return [
        replace(arm.first(len(arm.labels), without_name(kind, arm.name)), probes=rest)
        for arm in pair for kind, rest in kinds.items()
    ]  # fmt: skip
