"""Entries of a ranking in the shape of a record: what was not measured is null, with the reason."""

from __future__ import annotations

from typing import Any

from lit_hf.records.record import Record

REASON = "a ranking codes no baseline: `lit-hf rank --transfer` adds it for those that are left"


def fill_missing(record: Record) -> Record:
    """Return `record`, or for an entry a record with its codelength and curve, and null where it has nothing."""
    data = record.data
    if "transfer" in data:
        return record
    curve = {"labels_seen": data["curve"]["labels_seen"], "encoder_bits_per_label": data["curve"]["bits_per_label"]}
    code = {**data["codelength"], "bits_per_label": data["codelength"]["bits"] / data["codelength"]["labels"]}
    filled: dict[str, Any] = {
        **data, "codelength": code, "curve": curve, "transfer": _transfer(), "baselines": _baselines(),
        "holdout": _holdout(data), "measures": {}, "environment": data.get("environment") or {},
    }  # fmt: skip
    return Record(filled, record.arrays)


def _transfer() -> dict[str, Any]:
    empty = dict.fromkeys(("bits", "interval", "bits_per_label", "baseline", "interval_parts", "degrees_of_freedom"))
    return {**empty, "bits_reason": REASON, "level": 0.95, "frozen": True, "verdict": "no transfer is measured"}


def _baselines() -> dict[str, Any]:
    nothing = {"bits": None, "bits_reason": REASON}
    return {
        "random_twin": {**nothing, "interval": None, "initialisations": 0},
        "raw_input": {**nothing, "kind": None},
        "class_prior": dict(nothing),
        "uniform": dict(nothing),
    }


def _holdout(data: dict[str, Any]) -> dict[str, Any] | None:
    last = data["budgets"][-1] if data["budgets"] else {}
    if last.get("accuracy") is None:
        return None
    return {"metric": "accuracy", "value": last["accuracy"], "examples": None, "source": "held-out examples"}
