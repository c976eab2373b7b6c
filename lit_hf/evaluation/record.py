"""From coded arms to the record: every number of the result is computed here or in a measure that is called here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lit_hf.evaluation.coded import INTERRUPTED
from lit_hf.evaluation.merged import merged_note
from lit_hf.evaluation.sections import contamination, dataset_section, environment_section, model_section, notes_section
from lit_hf.records.record import SCHEMA, Record, record_id, verdict
from lit_hf.records.sections import Sections

if TYPE_CHECKING:
    from lit_hf.coding.codelength import Codelength
    from lit_hf.evaluation.coded import CodedArms
    from lit_hf.evaluation.job import Job
    from lit_hf.measures.intervals import Interval

STREAM_ESTIMAND = "L_IT of this stream in its order of arrival: what each label brings, given those before it"
STREAM_ORDER = "a stream has one order, that of arrival: nothing is said of another"
ESTIMAND = "expected L_IT over a new stream of as many examples of the same source, orders, probe seeds and twins"
LEVEL = 0.95


def make_record(job: Job, arms: CodedArms) -> Record:
    """Return the record of a finished evaluation."""
    from lit_hf.measures.layers import layer_profile
    from lit_hf.measures.transfer import compare_arms

    found = None if arms.twin is None else compare_arms(arms, LEVEL)
    settings, labels = job.settings, len(job.task.labels)
    model, dataset = model_section(job), dataset_section(job, arms.truncated)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "id": record_id(model, dataset, settings.fingerprint()),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": model,
        "dataset": dataset,
        "transfer": _transfer(job, found.transfer if found else None),
        "codelength": _codelength(arms.encoder),
        "baselines": _baselines(job, arms, found.twin if found else None),
        "measures": _measures(job, arms),
        **_holdout(job, arms),
        "curve": _curve(job, arms),
        "coder": _coder(arms, settings.code),
        "contamination": contamination(job),
        "stage": {"n": labels, "eliminated": False},
        "settings": {"given": settings.given(), "resolved": settings.resolved()},
        "environment": environment_section(job),
        "timings": {
            **job.timings,
            "total": sum(job.timings.values()),
            "embedded_now": job.computed,
            "from_the_store": job.reused,
        },
    }
    if arms.layers:
        first = {layer: float(arm.bits_per_order[0]) for layer, arm in arms.layers.items()}
        ends = {layer: arm.interval for layer, arm in arms.layers.items()}
        data["layers"] = layer_profile(first, ends, labels)
    if arms.base is not None:
        data["transfer_from_base"] = _from_base(job, arms.encoder, arms.base)
    halfway = [f"Not finished: {INTERRUPTED}."] if arms.control is None else []
    merged = merged_note(job.merged or 0, job.task.size, "The checkpoint")
    said = [*halfway, *job.task.dataset.notes, *([] if merged is None else [merged])]
    data["notes"] = [*said, *notes_section(data, arms, job.task.target.note, job.halved)]
    return Record(cast(Sections, data), _arrays(job, arms))


def _transfer(job: Job, found: Interval | None) -> dict[str, Any]:
    labels = len(job.task.labels)
    if found is None:
        return _no_transfer(job.encoder.no_baseline)
    parts: dict[str, Any] = {"examples": found.examples, "orders": found.orders, "twins": found.twins}
    if found.orders is None:
        one = "one order was coded: the interval holds for this order"
        parts["orders_reason"] = STREAM_ORDER if job.task.streamed else one
    if found.twins is None:
        parts["twins_reason"] = "one initialisation: the interval is conditional on it"
    return {
        "bits": found.estimate,
        "interval": [found.low, found.high],
        "level": LEVEL,
        "bits_per_label": found.estimate / labels,
        "dataset_interval": None if found.dataset is None else list(found.dataset),
        "baseline": job.encoder.baseline_name,
        "frozen": True,
        "interval_parts": parts,
        "degrees_of_freedom": found.df,
        "estimand": STREAM_ESTIMAND if job.task.streamed else ESTIMAND,
        "verdict": verdict((found.low, found.high), labels, job.encoder.baseline_name.replace("_", " ")),
    }


def _from_base(job: Job, adapted: Codelength, base: Codelength) -> dict[str, Any]:
    """Return how many bits the labels cost less with an adapter than with its base; both are given, no twin enters."""
    from lit_hf.coding.codelength import difference

    found, labels, before = difference(base, adapted), len(job.task.labels), job.encoder.adapted_from
    assert before is not None
    limits = found.low, found.high
    return {
        "base": before.info.id,
        "base_bits": base.bits,
        "bits": found.estimate,
        "interval": list(limits),
        "bits_per_label": found.estimate / labels,
        "level": LEVEL,
        "verdict": verdict(limits, labels, "base"),
    }


def _no_transfer(reason: str) -> dict[str, Any]:
    """Return the section of an encoder that nothing can be compared with; its codelength stands by itself."""
    return {
        "bits": None,
        "bits_reason": reason,
        "interval": None,
        "level": LEVEL,
        "bits_per_label": None,
        "baseline": None,
        "frozen": True,
        "interval_parts": None,
        "degrees_of_freedom": None,
        "estimand": ESTIMAND,
        "verdict": "no transfer is measured: there is no baseline",
    }


def _codelength(arm: Codelength) -> dict[str, Any]:
    return {
        "bits": arm.bits,
        "interval": list(arm.interval),
        "bits_per_label": arm.bits / len(arm.groups),
        "bits_per_order": arm.bits_per_order.tolist(),
    }


def _baselines(job: Job, arms: CodedArms, twin: Interval | None) -> dict[str, Any]:
    task, groups = job.task, job.task.groups
    return {
        "random_twin": _twin(arms, twin, job.encoder.no_baseline),
        "raw_input": {"bits": arms.raw.bits, "kind": arms.raw_kind} if arms.raw else _no_raw_input(arms),
        "class_prior": {"bits": float(task.target.null_bits(task.labels, groups).sum())},
        "uniform": _uniform(job),
        "shuffled_labels": _control(job, arms),
    }


def _control(job: Job, arms: CodedArms) -> dict[str, Any]:
    control = arms.control
    if control is None:
        names = ("transfer_bits", "code_minus_class_prior_bits")
        return dict.fromkeys(names) | {f"{name}_reason": INTERRUPTED for name in names}
    encoder, other = arms.control_bits
    prior = float(job.task.target.null_bits(control.labels, control.groups).sum())
    return {
        **({"transfer_bits": other - encoder} if other is not None else _no_control()),
        "code_minus_class_prior_bits": encoder - prior,
        "examples": len(control.labels),
    }


def _uniform(job: Job) -> dict[str, Any]:
    target = job.task.target
    if target.uniform_bits is None:
        return {"bits": None, "bits_reason": target.no_uniform}
    return {"bits": len(job.task.labels) * target.uniform_bits}


def _twin(arms: CodedArms, twin: Interval | None, reason: str) -> dict[str, Any]:
    if twin is None:
        return {
            "bits": None,
            "bits_reason": reason,
            "interval": None,
            "interval_reason": reason,
            "initialisations": 0,
        }
    return {
        "bits": twin.estimate,
        "interval": [twin.low, twin.high],
        "initialisations": 1 + len(arms.twin_parts),
        **_collapse(arms),
    }


def _collapse(arms: CodedArms) -> dict[str, Any]:
    """Return how little the twin's features differ, when they have collapsed."""
    from lit_hf.features.collapse import COLLAPSED

    spread = arms.spread[1]
    return {"collapsed": {"relative_spread": spread}} if spread is not None and spread < COLLAPSED else {}


def _no_raw_input(arms: CodedArms) -> dict[str, Any]:
    unknown = "the inputs are not known, only their features"
    return {"bits": None, "kind": None, "bits_reason": INTERRUPTED if arms.control is None else unknown}


def _no_control() -> dict[str, Any]:
    return {"transfer_bits": None, "transfer_bits_reason": "there is no baseline"}


def _measures(job: Job, arms: CodedArms) -> dict[str, Any]:
    from lit_hf.measures.section import measures

    task, target = job.task, job.task.target
    calibrations = target.calibrations({"encoder": arms.encoder, "baseline": arms.twin})
    return measures(arms, task.held_out, _uniform(job)["bits"], calibrations) | target.measures(
        task.labels, {"bits": arms.encoder, "baseline_bits": arms.twin}
    )


def _holdout(job: Job, arms: CodedArms) -> dict[str, Any]:
    holdout, judge = job.task.holdout, job.task.held_out
    if holdout is None or judge is None:
        left = "no validation split, and fewer than 20 examples were left undrawn"
        return {
            "holdout": None,
            "holdout_reason": "a stream is read no further than it is coded" if job.task.streamed else left,
        }
    predicted = arms.encoder.curves[0].held_out[len(job.task.labels)]
    found = {
        "metric": judge.target.metric, "value": judge.value(predicted), **judge.error(predicted),
        "examples": len(holdout.labels),
    }  # fmt: skip
    return {"holdout": found | {"source": holdout.source} | judge.more(predicted)}


def _curve(job: Job, arms: CodedArms) -> dict[str, Any]:
    from lit_hf.measures.learning_curve import block_means, coarse_edges

    edges = coarse_edges(arms.encoder.curves[0].edges)
    prior = job.task.target.null_bits(job.task.labels, job.task.groups)

    def means(arm: Codelength | None) -> list[float] | None:
        if arm is None:
            return None
        return block_means(np.stack([curve.bits for curve in arm.curves]), edges).tolist()

    return {
        "labels_seen": edges[:-1].tolist(),
        "encoder_bits_per_label": means(arms.encoder),
        "baseline_bits_per_label": means(arms.twin),
        "raw_input_bits_per_label": means(arms.raw),
        "class_prior_bits_per_label": block_means(prior[None], edges).tolist(),
        "uniform_bits_per_label": job.task.target.uniform_bits,
    }


def _coder(arms: CodedArms, code: str) -> dict[str, Any]:
    from lit_hf.probes.bank import VERSION

    first = arms.encoder.curves[0]
    weight = dict(zip(first.parts, first.weights.T, strict=True))
    experts = [
        {"name": name, "bits": bits, "share": weight[name].round(4).tolist() if name in weight else []}
        for name, bits in arms.encoder.experts.items()
    ]
    return {
        "version": VERSION,
        "bank": arms.encoder.bank,
        "code": code,
        "experts": experts,
        "mixing_bits": first.mixing_bits,
        "edges": first.edges.tolist(),
    }


def _arrays(job: Job, arms: CodedArms) -> dict[str, np.ndarray]:
    others = {"bits_baseline": arms.twin, "bits_raw": arms.raw}
    return {
        "labels": job.task.labels,
        "groups": job.task.groups,
        "order": arms.encoder.order,
        "bits_encoder": arms.encoder.per_example,
        **{name: arm.per_example for name, arm in others.items() if arm is not None},
        "edges": arms.encoder.curves[0].edges,
        "weights": arms.encoder.curves[0].weights,
    }
