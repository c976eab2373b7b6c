"""From coded orders to a candidate's record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lit_hf.coding.order import Code
from lit_hf.evaluation.sections import contamination, dataset_section, model_section
from lit_hf.records.record import SCHEMA, Record, candidate_id
from lit_hf.records.sections import Sections
from lit_hf.records.store import ResultsStore
from lit_hf.selection.candidate import Candidate, Reach
from lit_hf.selection.curve_file import cut

if TYPE_CHECKING:
    from lit_hf.coding.codelength import Codelength
    from lit_hf.evaluation.job import Job
    from lit_hf.selection.stopwatch import Stopwatch
    from lit_hf.tasks import Task


COUNTED = 256
"""Inputs whose tokens are counted to weigh what a checkpoint costs."""


def id_of(job: Job) -> str:
    """Return the id that the record of this checkpoint on this task will have."""
    from lit_hf.probes.bank import VERSION

    settings = [job.settings.seed, job.settings.orders, VERSION, _holdout_hash(job.task)]
    dataset = dataset_section(job, 0.0)
    bank = job.task.target.bank(Code(device=job.code_device))
    return candidate_id(model_section(job), job.encoder.key, dataset, settings, bank)


def register(job: Job, stopwatch: Stopwatch, tokens: float | None = None) -> Candidate:
    """Return the candidate of a loaded checkpoint, with what an earlier selection stored of it.

    `tokens`: of an input on average, where a worker has counted them.
    """
    id = id_of(job)
    counted = _tokens_per_input(job) if tokens is None else tokens
    return Candidate(job, id, stopwatch, counted, ResultsStore.at(job.settings.cache_dir).get(id))


def _tokens_per_input(job: Job) -> float:
    """Return the mean number of tokens of the first inputs, which are a random sample; 1 for what reads no text."""
    from lit_hf.encoders.skeleton import token_lengths

    lengths = token_lengths(job.encoder, job.task.inputs[: min(job.task.size, COUNTED)])
    return 1.0 if lengths is None else float(np.mean(lengths))


def candidate_record(candidate: Candidate, coded: Codelength) -> Record:
    """Return the record of a checkpoint of which `coded` was paid, with where a race ended for it."""
    from lit_hf.probes.bank import VERSION

    job, labels = candidate.job, coded.per_example.shape[1]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "id": candidate.id,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": model_section(job),
        "dataset": dataset_section(job, candidate.truncated),
        "codelength": {
            "bits": coded.bits, "interval": list(coded.interval), "bits_per_label": coded.bits / labels,
            "bits_per_order": coded.bits_per_order.tolist(), "labels": labels,
        },
        "coder": {"version": VERSION, "bank": coded.bank},
        "curve": _curve(coded),
        "budgets": _budgets(coded, job.task),
        "stage": stage_section(candidate),
        "contamination": contamination(job),
        "speed": candidate.speed,
        "settings": {"given": job.settings.given(), "resolved": job.settings.resolved()},
        "timings": dict(job.timings),
    }  # fmt: skip
    arrays = {
        "labels": job.task.labels[:labels], "groups": job.task.groups[:labels], "order": coded.order,
        "bits_encoder": coded.per_example, "edges": coded.curves[0].edges,
    }  # fmt: skip
    return Record(cast(Sections, data), arrays)


def partial_record(candidate: Candidate) -> Record:
    """Return the record of a checkpoint as far as the race brought it."""
    from lit_hf.coding.codelength import gather

    reach, task = candidate.reach, candidate.job.task
    assert reach is not None
    if candidate.knows(reach.labels, range(reach.orders)):
        return _shortened(candidate, reach)
    others = (candidate.curve(order, reach.labels) for order in range(1, reach.orders))
    curves = (cut(candidate.curve(), reach.labels), *others)
    bank = task.target.bank(Code(device=candidate.job.code_device))
    return candidate_record(candidate, gather(curves, task.groups[: reach.labels], bank))


def stage_section(candidate: Candidate) -> dict[str, Any]:
    """Return how far the checkpoint came, in groups, and against whom it left."""
    reach, total = candidate.reach, candidate.job.task.group_count
    if reach is None:
        return {"n": total, "of": total, "eliminated": False}
    found = {"n": reach.groups, "of": total, "eliminated": reach.left}
    return found | {"leader": reach.leader} if reach.left else found


def _shortened(candidate: Candidate, reach: Reach) -> Record:
    """Return the first part of what an earlier selection stored, with where this one's race ended for it."""
    from lit_hf.measures.intervals import by_group, interval
    from lit_hf.ranking.comparable import order_of_groups

    stored = candidate.stored
    assert stored is not None
    end = reach.labels
    groups = np.asarray(stored.arrays["groups"][:end])
    bits = stored.arrays["bits_encoder"][: reach.orders, :end]
    order = np.arange(end)[None] if reach.orders == 1 else stored.arrays["order"][: reach.orders]
    found = interval(by_group(bits, groups), np.stack([order_of_groups(row, groups) for row in order]))
    edges = np.asarray(stored.arrays["edges"])
    arrays = {
        "labels": stored.arrays["labels"][:end], "groups": groups, "order": order, "bits_encoder": bits,
        "edges": edges[edges <= end],
    }  # fmt: skip
    data: dict[str, Any] = dict(stored.data)
    data["codelength"] = {
        "bits": found.estimate, "interval": [found.low, found.high], "bits_per_label": found.estimate / end,
        "bits_per_order": bits.sum(axis=1).tolist(), "labels": end,
    }  # fmt: skip
    along = np.take_along_axis(bits, order, axis=1)
    data["curve"] = _means(along, arrays["edges"])
    paid = [float(along[:, :n].sum(axis=1).mean()) for n in _marks(end)]
    data["budgets"] = [{"labels": n, "bits": b, "accuracy": None} for n, b in zip(_marks(end), paid, strict=True)]
    data["stage"] = stage_section(candidate)
    return Record(cast(Sections, data), arrays)


def _curve(coded: Codelength) -> dict[str, Any]:
    return _means(np.stack([curve.bits for curve in coded.curves]), coded.curves[0].edges)


def _means(bits: np.ndarray, edges: np.ndarray) -> dict[str, Any]:
    """Return the learning curve from bits [R, n] by position."""
    from lit_hf.measures.learning_curve import block_means, coarse_edges

    shown = coarse_edges(edges)
    return {"labels_seen": shown[:-1].tolist(), "bits_per_label": block_means(bits, shown).tolist()}


def _budgets(coded: Codelength, task: Task) -> list[dict[str, Any]]:
    found, total, judge = list[dict[str, Any]](), coded.per_example.shape[1], task.held_out
    for labels in _marks(total):
        predicted = coded.curves[0].held_out.get(labels)
        held: dict[str, float | None] = {"accuracy": None}
        if predicted is not None and judge is not None:
            held = judge.at(predicted)
        bits = float(np.mean([curve.bits[:labels].sum() for curve in coded.curves]))
        found.append({"labels": labels, "bits": bits, **held})
    return found


def _marks(total: int) -> list[int]:
    from lit_hf.measures.budgets import BUDGETS

    return [*(mark for mark in BUDGETS if mark < total), total]


def _holdout_hash(task: Task) -> str | None:
    """Return a hash of the held-out examples: the accuracies of a record are of these."""
    from lit_hf.runtime.cache import digest_of
    from lit_hf.tasks.stream import fingerprint

    held = task.holdout
    if held is None or held.rows is None:
        return None if held is None else fingerprint(held.inputs, [str(label) for label in held.labels])
    inputs = fingerprint(held.inputs, [str(place) for place in range(len(held.inputs))])
    return digest_of([inputs, held.rows.tolist(), held.labels.tolist()])
