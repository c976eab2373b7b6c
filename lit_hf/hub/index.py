"""`model-index`: a record as the evaluation result that the Hub's model-card specification describes.

https://github.com/huggingface/hub-docs/blob/main/modelcard.md; any metric may stand there. Ours is
`information-transfer`, `L_IT (bits)`, with the arguments that reproduce the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lit_hf.hub.errors import InvalidCard, ValueDiffers
from lit_hf.ranking.names import display_name, public_name
from lit_hf.records.record import require_transfer
from lit_hf.records.said import said
from lit_hf.records.sections import Sections

METRIC_TYPE = "information-transfer"
METRIC_NAME = "L_IT (bits)"
# A rerun on another machine agrees to far less than this; 13 decimals would claim more than the interval allows.
DECIMALS = 2
# Said elsewhere in the entry, or of no effect on the bits.
_NOT_ARGUMENTS = {"model", "dataset", "split", "device", "cache_dir", "allow_pickle", "trust_remote_code"}
# May differ between two runs of the same measurement.
_NOT_IDENTITY = {"interval", "lit_hf", "model_revision"}


def result(record: Sections) -> dict[str, Any]:
    """The entry of one record under `results`."""
    dataset = record["dataset"]
    about = {"type": public_name(dataset), "name": display_name(dataset), "config": dataset["config"]}
    about |= {"split": dataset["split"], "revision": dataset["revision"]}
    metric = {"type": METRIC_TYPE, "value": rounded(require_transfer(record).bits), "name": METRIC_NAME}
    return {
        "task": {"type": said(dataset).hub_task},
        "dataset": {key: value for key, value in about.items() if value is not None},
        "metrics": [{**metric, "args": arguments(record)}],
    }


def arguments(record: Sections) -> dict[str, Any]:
    """What reproduces the run: versions, baseline, and every setting that changes the bits."""
    transfer, resolved = record["transfer"], record["settings"]["resolved"]
    # The columns as they were found: another version might infer others.
    columns = {f"{role}_column": name for role, name in record["dataset"]["columns"].items()}
    settings = {key: value for key, value in {**resolved, **columns}.items() if key not in _NOT_ARGUMENTS}
    return {
        "interval": [rounded(end) for end in require_transfer(record).interval],
        "level": transfer["level"],
        "baseline": transfer["baseline"],
        "frozen": transfer["frozen"],
        "fingerprint": record["dataset"]["fingerprint"],
        "model_revision": record["model"]["revision"],
        "coder": record["coder"]["version"],
        "bank": record["coder"]["bank"],
        "lit_hf": record["environment"]["lit_hf"],
        **{key: value for key, value in settings.items() if value is not None},
    }


def identity(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two entries the same measurement: all but the value and what a rerun may change."""
    metric = (entry.get("metrics") or [{}])[0]
    dataset, args = entry.get("dataset") or {}, metric.get("args") or {}
    kept = {k: v for k, v in args.items() if k not in _NOT_IDENTITY} if isinstance(args, Mapping) else args
    return (
        (entry.get("task") or {}).get("type"),
        *(dataset.get(key) for key in ("type", "config", "split", "revision")),
        metric.get("type"),
        metric.get("name"),
        repr(sorted(kept.items())) if isinstance(kept, Mapping) else repr(kept),
    )


def place(results: list[Any], entry: Mapping[str, Any], overwrite: bool) -> int | None:
    """Index of the result that `entry` replaces, None when it is to be added at the end.

    Raises `ValueDiffers` when the same measurement has another value there and `overwrite` is off.
    """
    for index, existing in enumerate(results):
        if not isinstance(existing, Mapping) or identity(existing) != identity(entry):
            continue
        old, new = existing["metrics"][0].get("value"), entry["metrics"][0]["value"]
        if old != new and not overwrite:
            raise ValueDiffers("the card", old, new)
        return index
    return None


def models(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models of a card's `model-index`; raises `InvalidCard` rather than lose what it cannot read."""
    index = metadata.get("model-index")
    if index is None:
        return []
    if not isinstance(index, list) or not all(isinstance(model, dict) for model in index):
        raise InvalidCard("`model-index` is not a list of models")
    for model in index:
        if not isinstance(model.get("results"), list):
            raise InvalidCard("a model of `model-index` has no list of results")
    return index


def target(known: list[dict[str, Any]], name: str) -> int | None:
    """Which model of the index the results belong to: the one of this name, or the only one; None for a new one."""
    named = [index for index, model in enumerate(known) if model.get("name") in {name, name.split("/")[-1]}]
    if named:
        return named[0]
    return 0 if len(known) == 1 else None


def rounded(bits: float) -> float:
    """Bits as they stand in a card."""
    return round(float(bits), DECIMALS)
