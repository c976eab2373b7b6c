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
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.curve_file import cut

if TYPE_CHECKING:
    from lit_hf.coding.codelength import Codelength
    from lit_hf.evaluation.job import Job
    from lit_hf.ranking.racing import Verdict
    from lit_hf.selection.stopwatch import Stopwatch
    from lit_hf.tasks import Task


def id_of(job: Job) -> str:
    """Return the id that the record of this checkpoint on this task will have."""
    from lit_hf.probes.bank import VERSION

    settings = [job.settings.seed, job.settings.orders, VERSION, _holdout_hash(job.task)]
    dataset = dataset_section(job, 0.0)
    bank = job.task.target.bank(Code(device=job.code_device))
    return candidate_id(model_section(job), job.encoder.key, dataset, settings, bank)


def register(job: Job, stopwatch: Stopwatch) -> Candidate:
    """Return the candidate of a loaded checkpoint, with what an earlier selection stored of it."""
    id = id_of(job)
    return Candidate(job, id, stopwatch, ResultsStore.at(job.settings.cache_dir).get(id))


def candidate_record(candidate: Candidate, coded: Codelength) -> Record:
    """Return the record of a checkpoint of which `coded` was paid; with its elimination, if the race had one."""
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
    """Return the record of an eliminated checkpoint: order 0 up to there."""
    from lit_hf.coding.codelength import gather

    assert candidate.elimination is not None
    end = int(np.searchsorted(candidate.job.task.groups, candidate.elimination[1].n))
    if candidate.knows(end):
        return _shortened(candidate, end)
    return candidate_record(
        candidate,
        gather(
            (cut(candidate.curve(), end),),
            candidate.job.task.groups[:end],
            candidate.job.task.target.bank(Code(device=candidate.job.code_device)),
        ),
    )


def stage_section(candidate: Candidate) -> dict[str, Any]:
    """Return how far the checkpoint came, in groups, and against whom it fell behind."""
    if candidate.elimination is None:
        groups = candidate.job.task.group_count
        return {"n": groups, "of": groups, "eliminated": False}
    leader, verdict = candidate.elimination
    return {"n": verdict.n, "of": verdict.total, "eliminated": True, **_verdict(verdict), "leader": leader.id}


def _verdict(verdict: Verdict) -> dict[str, float]:
    names = {"behind_bits": verdict.lead, "needed_bits_per_label": verdict.needed, "gap_bits_per_label": verdict.gap}
    return names | {"gap_low": verdict.gap_low, "shrinkage": verdict.shrinkage, "margin_bits": verdict.margin}


def _shortened(candidate: Candidate, end: int) -> Record:
    """Return the first part of what an earlier selection stored, with this one's elimination."""
    from lit_hf.measures.intervals import by_group, interval

    stored = candidate.stored
    assert stored is not None
    groups = np.asarray(stored.arrays["groups"][:end])
    bits = stored.arrays["bits_encoder"][:1, :end]
    found = interval(by_group(bits, groups))
    edges = np.asarray(stored.arrays["edges"])
    arrays = {
        "labels": stored.arrays["labels"][:end], "groups": groups, "order": np.arange(end)[None], "bits_encoder": bits,
        "edges": edges[edges <= end],
    }  # fmt: skip
    data: dict[str, Any] = dict(stored.data)
    data["codelength"] = {
        "bits": found.estimate, "interval": [found.low, found.high], "bits_per_label": found.estimate / end,
        "bits_per_order": [found.estimate], "labels": end,
    }  # fmt: skip
    data["curve"] = _means(bits, arrays["edges"])
    data["budgets"] = [{"labels": n, "bits": float(bits[0, :n].sum()), "accuracy": None} for n in _marks(end)]
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
