"""A dissection of what a command is given: a stored record, or a dataset coded with an encoder and its baseline.

record ──────────────> its bits; the dataset is read again only for what the record lacks, embedded only for clusters
dataset and encoder ─> `embedded` ─> encoder and random twin (or the class prior) coded in the same orders
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import LitError, RecordChanged
from lit_hf.measures.slices import Costs
from lit_hf.records.said import said
from lit_hf.studies.dissect import About, Dissection, costs_of, put_together
from lit_hf.studies.given import embedded, require_arrays, settings_of_record
from lit_hf.studies.slice_values import Read, needs_dataset, require_askable, values_by
from lit_hf.studies.slicing import cross, slicing

if TYPE_CHECKING:
    from lit_hf.config import Settings
    from lit_hf.records.record import Record
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.given import Given
    from lit_hf.tasks import Task


def dissect_record(
    record: Record, by: Sequence[str], given: Mapping[str, Any], progress: Progress | None = None
) -> Dissection:
    """Return the dissection of a stored record; `given`: options of the machine.

    Raises `LacksPart`, `RecordChanged`, and what reading its dataset raises where inputs or columns are asked for.
    """
    require_askable(by)
    require_arrays(record, "labels", "order", "bits_encoder")
    settings = settings_of_record(record, given)

    @cache
    def read() -> tuple[Task, Settings]:
        return _task_of(record, settings), settings

    found = Read(
        np.asarray(record.arrays["labels"]), said(record["dataset"]), read,
        lambda: embedded(settings, progress, record), settings.seed,
    )  # fmt: skip
    cut = cross([slicing(name, list(values_by(name, found))) for name in by])
    bare = "bits_baseline" not in record.arrays
    task, why = (read()[0], "") if bare or any(map(needs_dataset, by)) else _maybe(read)
    if task is None:
        costs, about = costs_of(record)
        return put_together(costs, cut, replace(about, notes=(*about.notes, f"Without the class prior: {why}")))
    prior = null_in_orders(task, np.asarray(record.arrays["order"]))
    costs, about = costs_of(record, prior if bare else None)
    name = task.target.null_name if bare else about.reference
    return put_together(costs, cut, replace(about, prior=prior, reference=name))


def dissect_data(settings: Settings, by: Sequence[str], progress: Progress | None = None) -> Dissection:
    """Return the dissection of a dataset: its labels are coded with the encoder and with its first random twin."""
    require_askable(by)
    given = embedded(settings, progress)
    task = given.task
    found = Read(
        task.labels, said(given_section(task)), lambda: (task, settings), lambda: given, settings.seed
    )  # fmt: skip
    cut = cross([slicing(name, list(values_by(name, found))) for name in by])
    costs, about = _coded(given)
    return put_together(costs, cut, about)


def given_section(task: Task) -> dict[str, Any]:
    """Return what the labels of a task say of themselves, as in a record."""
    from lit_hf.evaluation.sections import labels_section

    return labels_section(task)


def _task_of(record: Record, settings: Settings) -> Task:
    from lit_hf.tasks import load_task

    task = load_task(settings)
    same = task.dataset.fingerprint == record["dataset"]["fingerprint"]
    if not same or not np.array_equal(task.labels, record.arrays["labels"]):
        raise RecordChanged(record["id"], "the dataset that it names holds other examples now")
    return task


def _maybe(read: Any) -> tuple[Task | None, str]:
    """Return the task, or why the dataset cannot be read."""
    try:
        return read()[0], ""
    except LitError as error:
        return None, error.message


def null_in_orders(task: Task, order: np.ndarray) -> np.ndarray:
    """Return bits [R, N] by example under the code that looks at no input, in each order."""
    from lit_hf.codes.orders import positions_of_groups

    bits = np.empty(order.shape)
    for out, index in zip(bits, order, strict=True):
        out[index] = task.target.null_bits(task.labels[index], positions_of_groups(task.groups, index))
    return bits


def _coded(given: Given) -> tuple[Costs, About]:
    """Code the encoder's arm, and its first random twin's where it has one."""
    from lit_hf.evaluation.arms import ENCODER, TWIN, arms_of
    from lit_hf.studies.about import dataset_section, model_section
    from lit_hf.studies.trajectory import code_arm

    job = given.job
    arms = {arm.name: arm for arm in arms_of(job.task, job.encoder, job.settings)}
    code = code_arm(job, arms[ENCODER])
    twin = code_arm(job, arms[TWIN]) if TWIN in arms else None
    prior = null_in_orders(job.task, code.order)
    name = job.task.target.null_name if twin is None else (job.encoder.baseline_name or "random twin").replace("_", " ")
    costs = Costs(code.per_example, prior if twin is None else twin.per_example, code.order, job.task.groups)
    return costs, About(dataset_section(job.task), model_section(job), reference=name, prior=prior)
