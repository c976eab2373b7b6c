"""The arms of one evaluation done: embed what is missing, then code every arm in the same orders, all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.coding.order import Code, Order
from lit_hf.evaluation.arms import ENCODER, TWIN, Arm, arms_of, embeddings_of
from lit_hf.evaluation.coded import CodedArms
from lit_hf.evaluation.early import say_early
from lit_hf.runtime.processes import find_processes
from lit_hf.runtime.work_queue import run_distributed

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.config import MeasurementSettings
    from lit_hf.evaluation.job import Job
    from lit_hf.features import Features
    from lit_hf.tasks import Task


@dataclass(frozen=True, eq=False)
class ArmRows:
    """The features that an arm reads [n, d], and those of the held-out labels [H, d] if these are predicted."""

    features: Features
    held_out: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """What is embedded, by encoder and inputs, and what is coded, by arm and order, in this evaluation so far."""

    features: dict[tuple[int, int], Features] = field(default_factory=dict)
    curves: dict[tuple[str, int], Curve] = field(default_factory=dict)


def code_arms(job: Job) -> CodedArms:
    """Embed what is missing, then code every arm: first what a provisional number needs, which `job.early` then has."""
    arms = arms_of(job.task, job.encoder, job.settings)
    found = Found()
    if TWIN in (arm.name for arm in arms):
        pair = [replace(arm, orders=arm.orders[:1]) for arm in arms if arm.name in (ENCODER, TWIN)]
        job.early = _done(job, pair, found)
        say_early(job)
    return _done(job, arms, found)


def _done(job: Job, arms: Sequence[Arm], found: Found) -> CodedArms:
    """Embed and code what of `arms` is not `found` yet, and add it there."""
    began = time.perf_counter()
    rows = _embed(job, arms, found)
    job.timed("embed", began)
    began = time.perf_counter()
    curves = _code(job, arms, rows, found)
    job.timed("code", began)
    return _collect(job, arms, rows, curves)


def order_unit(
    task: Task, arm: Arm, rows: ArmRows, number: int, settings: MeasurementSettings, device: str
) -> Callable[[], Curve]:  # fmt: skip
    """Return the work of coding one order of an arm; what comes out depends on the unit alone, wherever it runs."""
    return partial(
        task.target.code_order, rows.features, arm.examples, Order(number, settings.seed),
        Code(settings.code, arm.probes, device), held_out=rows.held_out if number == 0 else None,
    )  # fmt: skip


def _embed(job: Job, arms: Sequence[Arm], done: Found) -> dict[str, ArmRows]:
    """Return what each arm reads; an encoder that several arms read is run once."""
    found = done.features
    for each in embeddings_of(arms):
        address = id(each.encoder), id(each.inputs)
        if address not in found:  # as far as any arm reads: the first two read the whole stream
            found[address] = job.all_features(each.encoder, each.inputs, each.count, f"embed: {each.label}")
    return {
        arm.name: ArmRows(_read(found[id(arm.encoder), id(arm.inputs)], arm), _held_out(found, arm)) for arm in arms
    }


def _read(rows: Features, arm: Arm) -> Features:
    return rows.columns(arm.columns) if arm.encoder.layers else rows


def _held_out(found: Mapping[tuple[int, int], Features], arm: Arm) -> np.ndarray | None:
    """Return the rows of the held-out labels [H, d]."""
    held = arm.held_out
    if held is None:
        return None
    rows = _read(found[id(arm.encoder), id(held.inputs)], arm).array()
    return rows if held.rows is None else rows[held.rows]


def _code(
    job: Job, arms: Sequence[Arm], rows: Mapping[str, ArmRows], done: Found
) -> dict[str, tuple[Curve, ...]]:  # fmt: skip
    found = done.curves
    missing = [(arm, number) for arm in arms for number in arm.orders if (arm.name, number) not in found]
    units = [
        order_unit(job.task, arm, rows[arm.name], number, job.settings, job.code_device) for arm, number in missing
    ]
    curves = run_distributed(units, find_processes(), job.progress, "code the labels")
    found.update({(arm.name, number): curve for (arm, number), curve in zip(missing, curves, strict=True)})
    return {arm.name: tuple(found[arm.name, number] for number in arm.orders) for arm in arms}


def _collect(
    job: Job, arms: Sequence[Arm], rows: Mapping[str, ArmRows], curves: Mapping[str, tuple[Curve, ...]]
) -> CodedArms:
    from lit_hf.features.collapse import relative_spread

    mine = rows[ENCODER].features
    return CodedArms(
        {arm.name: arm for arm in arms},
        curves,
        job.task.target.bank(Code(job.settings.code, device=job.code_device)),
        truncated=mine.truncated / max(mine.embedded, 1),
        spread=(relative_spread(mine), relative_spread(rows[TWIN].features) if TWIN in rows else None),
    )
