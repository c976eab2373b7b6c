"""What a ranking coded in the shape of an evaluation: what was not measured is null, with the reason."""

from __future__ import annotations

from typing import Any, cast

from lit_hf.records.record import Record
from lit_hf.records.said import metric_of
from lit_hf.records.sections import Sections

REASON = "rankings skip the random twin, so there is no L_IT here; `lit-hf rank --transfer` adds it for the chosen one"


def fill_missing(record: Record) -> Record:
    """Return `record` with every section of an evaluation; those that it has stay as they are."""
    data = record.data
    if "transfer" in data:
        return record
    curve, code, labels = (
        data["curve"],
        data["codelength"],
        data["codelength"].get("labels", data["dataset"]["examples"]),
    )
    filled: dict[str, Any] = {
        **data, "codelength": {**code, "bits_per_label": code["bits"] / labels},
        "curve": {"labels_seen": curve["labels_seen"], "encoder_bits_per_label": curve.get("bits_per_label")},
        "transfer": _transfer(), "baselines": _baselines(), **_holdout(data),
        "measures": {"compression": None, "compression_reason": REASON}, "environment": data.get("environment") or {},
    }  # fmt: skip
    return Record(cast(Sections, filled), record.arrays)


def _transfer() -> dict[str, Any]:
    empty = dict.fromkeys(("bits", "interval", "bits_per_label", "baseline", "interval_parts", "degrees_of_freedom"))
    said = {"estimand": "no transfer was estimated", "verdict": "no transfer is measured"}
    return {**empty, "bits_reason": REASON, "interval_reason": REASON, "level": 0.95, "frozen": True, **said}


def _baselines() -> dict[str, Any]:
    nothing = {"bits": None, "bits_reason": REASON}
    control = ("transfer_bits", "code_minus_class_prior_bits")
    return {
        "random_twin": {**nothing, "interval": None, "interval_reason": REASON, "initialisations": 0},
        "raw_input": {**nothing, "kind": None},
        "class_prior": dict(nothing),
        "uniform": dict(nothing),
        "shuffled_labels": dict.fromkeys(control) | {f"{name}_reason": REASON for name in control},
    }


def _holdout(data: Sections) -> dict[str, Any]:
    """Return the metric after all labels, which a ranking has among its budgets."""
    budgets = data.get("budgets")
    found = metric_of(budgets[-1]) if budgets else None
    if found is not None:
        metric, value = found
        return {"holdout": {"metric": metric, "value": value, "examples": None, "source": "held-out examples"}}
    return {"holdout": None, "holdout_reason": "nothing was held out, or a race ended before its last label"}
