"""A record as named numbers along the labels seen: what experiment trackers show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lit_hf.records.record import Record


def run_name(record: Record) -> str:
    """Return a name for the run that is a fit folder name: checkpoint, dataset and the record's id."""
    names = [str(record[part]["id"]).rstrip("/").rsplit("/", 1)[-1] for part in ("model", "dataset")]
    return "-".join(re.sub(r"[^\w.]+", "_", name) for name in [*names, record["id"][:8]])


def config(record: Record) -> dict[str, str | int | float | bool]:
    """Return what was asked and what it resolved to; what is empty is left out, for trackers cannot show it."""
    resolved = {**record["settings"]["resolved"], "record": record["id"], "revision": record["model"]["revision"]}
    return {name: value for name, value in resolved.items() if value is not None}


def points(record: Record) -> list[tuple[int, dict[str, float]]]:
    """Return (labels seen, bits per label of every arm) in order, and last, at all labels, the scores."""
    curve = record["curve"]
    arms = {
        f"curve/{name.removesuffix('_bits_per_label')}": values
        for name, values in curve.items()
        if name.endswith("_bits_per_label") and isinstance(values, list)
    }
    found = [
        (int(seen), {name: float(values[place]) for name, values in arms.items()})
        for place, seen in enumerate(curve["labels_seen"])
    ]
    return [*found, (int(record["dataset"]["examples"]), scores(record))]


def scores(record: Record) -> dict[str, float]:
    """Return the numbers of the result, in bits but for compression and what was held out; none that is missing."""
    transfer, base, held = record.transfer, record.data.get("baselines"), record.data.get("holdout")
    low, high = (None, None) if transfer is None else transfer.interval
    baselines: dict[str, Any] = {} if base is None else dict(base)
    found: dict[str, Any] = {
        "score/transfer_bits": transfer and transfer.bits,
        "score/transfer_low": low,
        "score/transfer_high": high,
        "score/transfer_bits_per_label": transfer and transfer.bits_per_label,
        "score/codelength_bits": record["codelength"]["bits"],
        "score/compression": (record.data.get("measures") or {}).get("compression"),
        **{f"baseline/{name}_bits": part.get("bits") for name, part in baselines.items() if "bits" in part},
        **({} if held is None else {f"holdout/{held['metric']}": held["value"]}),
    }
    return {name: float(value) for name, value in found.items() if value is not None}
