"""The arms of one evaluation: the encoder, its random twins, the raw input and the control with shuffled labels, all
coded alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.coding.codelength import Codelength, gather
from lit_hf.coding.rules import BY_SHARE
from lit_hf.runtime.processes import find_processes
from lit_hf.runtime.work_queue import run_distributed
from lit_hf.tasks.label_kinds import bank_of, order_coder

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.evaluation.job import Job
    from lit_hf.features import Features

CONTROL_EXAMPLES = 2_000  # labels of the control: enough to show false transfer, whatever the size of the data
TWIN_SHARE = 4  # further twins code the first 1 / TWIN_SHARE of the stream, or all of it up to LEAST_SHARE:
LEAST_SHARE = 2_048  # what twins differ by shows only where they learn (tests/controls/test_coverage.py)


@dataclass(frozen=True)
class Arms:
    """What each arm paid; `twin` is the baseline, whatever it is.

    `part`: labels that the further twins coded, of order 0; `twin_parts`: their bits.
    """

    encoder: Codelength
    twin: Codelength | None
    raw: Codelength | None
    part: int
    twin_parts: tuple[float, ...]
    control: tuple[float, float | None, int]
    """Bits of the encoder and of the twin for shuffled labels, and how many labels."""
    truncated: float
    layers: dict[int, Codelength] = field(default_factory=dict)
    """Each layer of a profile, in order 0."""
    raw_kind: str | None = None
    """What the raw input is turned into."""
    base: Codelength | None = None
    """Of an adapter, its base: what the adapter adds is the difference."""
    without: dict[str, tuple[float, float]] = field(default_factory=dict)
    """For each kind of probe left out of the bank: bits of the encoder and of the twin in order 0."""
    spread: tuple[float, float | None] = (1.0, None)
    """What the features of the encoder and of the first twin differ by, relative to their size (`relative_spread`)."""


@dataclass(frozen=True)
class _Inputs:
    encoder: Features
    twins: list[Features]
    raw: Features | None
    held_out: np.ndarray | None
    layers: dict[int, Features]
    raw_kind: str | None
    base: Features | None


def code_arms(job: Job) -> Arms:
    """Embed what is missing, then code every arm in the same orders with the same probes."""
    began = time.perf_counter()
    inputs = _embed(job)
    job.timed("embed", began)
    began = time.perf_counter()
    units = _units(job, inputs)
    done = run_distributed(list(units.values()), find_processes(), job.progress, "code the labels")
    found = dict(zip(units, done, strict=True))
    job.timed("code", began)
    return _collect(job, inputs, found)


def shuffled_labels(job: Job) -> np.ndarray:
    """Return the control's labels: those of the first examples, in an order that has nothing to do with the inputs."""
    first = job.task.labels[:CONTROL_EXAMPLES]
    return np.random.default_rng([job.settings.seed, 7]).permutation(first)


def part_of(job: Job) -> int:
    """Return how many labels the further twins code: all where the bits of a prefix depend on what follows."""
    labels = len(job.task.labels)
    return labels if job.settings.code in BY_SHARE else min(labels, max(LEAST_SHARE, labels // TWIN_SHARE))


def _embed(job: Job) -> _Inputs:
    from lit_hf.encoders import raw_input

    task, settings = job.task, job.settings
    whole, part = task.size, int(task.groups[part_of(job) - 1]) + 1
    rows = job.all_features(job.encoder, task.inputs, whole, "embed with the encoder")
    layers = {layer: rows.columns(where) for layer, where in job.encoder.layers.items()}
    encoder = list(layers.values())[-1] if layers else rows
    held_out = None
    if task.holdout is not None:
        inputs = task.holdout.inputs
        found = job.features(job.encoder, inputs, len(inputs), "embed the held-out examples").array()
        held_out = found if task.holdout.rows is None else found[task.holdout.rows]
    baselines = job.encoder.baselines(settings.twins, settings.seed)
    twins = [
        job.features(
            twin,
            task.inputs,
            part if number else whole,
            f"embed with {twin.info.kind} {number + 1} of {len(baselines)}",
        )
        for number, twin in enumerate(baselines)
    ]
    before = job.encoder.adapted_from
    base = None if before is None else job.features(before, task.inputs, whole, "embed with the adapter's base")
    source = raw_input(task.reads or task.kind)
    raw = None if source is None else job.features(source, task.inputs, whole, "raw input")
    return _Inputs(encoder, twins, raw, held_out, layers, None if source is None else source.info.id, base)


def _units(job: Job, inputs: _Inputs) -> dict[str, Callable[[], Curve]]:
    """Name each arm and order; what comes out depends on the unit alone, so they may run anywhere, side by side."""
    orders = range(job.settings.orders)
    make = partial(_unit, job)
    units = {f"encoder {r}": make(inputs.encoder, r, held_out=inputs.held_out if r == 0 else None) for r in orders}
    units |= {f"twin {r}": make(rows, r) for rows in inputs.twins[:1] for r in orders}
    units |= {f"base {r}": make(inputs.base, r) for r in orders if inputs.base is not None}
    part = part_of(job)
    units |= {f"part {t}": make(rows, 0, stop=part) for t, rows in enumerate(inputs.twins) if t}
    shuffled = shuffled_labels(job)
    control = len(shuffled)
    units |= {f"layer {layer}": make(rows, 0) for layer, rows in list(inputs.layers.items())[:-1]}
    if inputs.raw is not None:
        units["raw 0"] = make(inputs.raw, 0)
    for name, rows in (("encoder", inputs.encoder), *(("twin", rows) for rows in inputs.twins[:1])):
        units[f"control {name}"] = make(rows, 0, stop=control, labels=shuffled)
        units |= {f"without {kind} {name}": make(rows, 0, kinds=rest) for kind, rest in _left_out(job).items()}
    return units


def _left_out(job: Job) -> dict[str, tuple[str, ...]]:
    """Return for each kind of probe the kinds that are left without it, when their sensitivity is asked for."""
    from lit_hf.probes.bank import KINDS

    online = job.settings.code == "online" and job.task.width is None
    wanted = KINDS if job.settings.sensitivity and online else ()
    return {kind: tuple(other for other in KINDS if other != kind) for kind in wanted}


def _unit(
    job: Job,
    rows: Features,
    number: int,
    *,
    stop: int | None = None,
    labels: np.ndarray | None = None,
    held_out: Any = None,
    kinds: tuple[str, ...] | None = None,
) -> Callable[[], Curve]:
    task = job.task
    groups = task.groups[:stop]
    return partial(
        order_coder(task),
        rows,
        task.labels[:stop] if labels is None else labels,
        groups,
        number=number,
        seed=job.settings.seed,
        device=job.device,
        rows=task.feature_rows[:stop],
        held_out=held_out,
        code=job.settings.code,
        kinds=kinds,
    )


def _collect(job: Job, inputs: _Inputs, found: dict[str, Curve]) -> Arms:
    from lit_hf.features.collapse import relative_spread

    task = job.task

    def together(*curves: Curve) -> Codelength:
        return gather(curves, task.groups, bank_of(task, job.settings.code, job.device))

    def arm(name: str) -> Codelength:
        return together(*(curve for unit, curve in found.items() if unit.startswith(f"{name} ")))

    control = [found[f"control {name}"] for name in ("encoder", "twin") if f"control {name}" in found]
    return Arms(
        encoder=arm("encoder"),
        twin=arm("twin") if inputs.twins else None,
        raw=arm("raw") if inputs.raw is not None else None,
        part=part_of(job),
        twin_parts=tuple(curve.total for unit, curve in found.items() if unit.startswith("part ")),
        control=(control[0].total, control[1].total if inputs.twins else None, len(control[0].bits)),
        truncated=inputs.encoder.truncated / max(inputs.encoder.embedded, 1),
        layers={layer: together(found.get(f"layer {layer}", found["encoder 0"])) for layer in inputs.layers},
        raw_kind=inputs.raw_kind,
        base=arm("base") if inputs.base is not None else None,
        spread=(relative_spread(inputs.encoder), relative_spread(inputs.twins[0]) if inputs.twins else None),
        without={
            kind: (found[f"without {kind} encoder"].total, found[f"without {kind} twin"].total)
            for kind in (_left_out(job) if inputs.twins else ())
        },
    )
