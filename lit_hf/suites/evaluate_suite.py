"""One checkpoint on every dataset of a suite: a row for each, and what they come to together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings
from lit_hf.records.record import Record

if TYPE_CHECKING:
    from lit_hf.runtime.progress import Progress

SCHEMA = "lit-hf/suite/1"
AGGREGATE = (
    "transfer_bits: the sum over datasets, which is what all their labels together cost less, so that a dataset counts "
    "by its labels; mean_share_saved: the mean over datasets of L_IT / bits with the baseline, each counting alike, "
    "without regression, whose codelength depends on the width of the bins."
)


def evaluate_suite(plan: Sequence[Settings], name: str, progress: Progress | None = None) -> dict[str, Any]:
    """Evaluate each of `plan`, one checkpoint on several datasets; a dataset that fails is a row with its reason.

    Returns a JSON object of schema `lit-hf/suite/1`. Records go to the results store as those of `evaluate` do.
    """
    rows = [_row(settings, progress) for settings in plan]
    done = [row for row in rows if row["error"] is None]
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "suite": name,
        "model": next((row.pop("model") for row in done if "model" in row), {"id": plan[0].model, "revision": None}),
        "rows": [{key: value for key, value in row.items() if key not in ("model", "measured")} for row in rows],
        "aggregate": aggregate(rows),
    }


def aggregate(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what the rows that have a transfer come to; null with the reason when none has."""
    from lit_hf.measures.totals import total

    done = [row for row in rows if row["error"] is None and row["transfer_bits"] is not None]
    counts = {"datasets": len(rows), "measured": len(done), "failed": sum(row["error"] is not None for row in rows)}
    if not done:
        return counts | {"transfer_bits": None, "transfer_bits_reason": "no dataset has a transfer", "how": AGGREGATE}
    bits, low, high = total([row["measured"] for row in done])
    shares = [row["share_saved"] for row in done if row["share_saved"] is not None]
    labels = sum(row["labels"] for row in done)
    return counts | {
        "labels": labels,
        "transfer_bits": bits,
        "interval": [low, high],
        "bits_per_label": bits / labels,
        "codelength_bits": sum(row["codelength_bits"] for row in done),
        "baseline_bits": sum(row["baseline_bits"] for row in done),
        "mean_share_saved": sum(shares) / len(shares) if shares else None,
        **({} if shares else {"mean_share_saved_reason": "every dataset is a regression"}),
        "how": AGGREGATE,
    }


def _row(settings: Settings, progress: Progress | None) -> dict[str, Any]:
    from lit_hf.errors import reason
    from lit_hf.evaluation.run import run

    try:
        return row_of(run(settings, progress=progress), settings.dataset)
    except Exception as error:  # one dataset's failure is a row
        return {"dataset": settings.dataset, "record": None, "error": reason(error)}


def row_of(record: Record, dataset: str) -> dict[str, Any]:
    """Return what the table says of one record; `dataset`: its name in the suite."""
    from lit_hf.measures.totals import Measured
    from lit_hf.records.said import said

    transfer, code, data = record["transfer"], record["codelength"], record["dataset"]
    base, held = record["baselines"]["random_twin"]["bits"], record["holdout"]
    parts: dict[str, Any] = dict(transfer["interval_parts"] or ())
    known = {name: value for name, value in parts.items() if isinstance(value, float)}
    found, df, bins = record.transfer, transfer.get("degrees_of_freedom"), said(data).scale is not None
    return {
        "dataset": dataset, "record": record["id"], "kind": data["kind"], "labels": data["examples"],
        "codelength_bits": code["bits"], "baseline_bits": base, "transfer_bits": transfer["bits"],
        "interval": transfer["interval"], "bits_per_label": transfer["bits_per_label"],
        "share_saved": None if base is None or bins or found is None else found.bits / base,
        "metric": held and held["metric"], "value": held and held["value"], "error": None,
        "model": {"id": record["model"]["id"], "revision": record["model"]["revision"]},
        "measured": None if found is None or df is None else Measured(
            found.bits, sum(known.values()), df, known.get("twins", 0.0)
        ),
    }  # fmt: skip
