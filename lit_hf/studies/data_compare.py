"""`lit-hf data compare` as one object: what datasets with the same labels share, by an encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lit_hf._version import __version__
from lit_hf.errors import UsageError
from lit_hf.reports import shared as shown
from lit_hf.studies.about import Found, dataset_section, model_section, require_online
from lit_hf.studies.shared import QUANTITIES, shared_by

if TYPE_CHECKING:
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.given import Given

SCHEMA = "lit-hf/data-compare/1"
COLUMNS = {
    "coded": "text", "given": "text", "coded_labels": "whole", "own_labels": "whole", "given_labels": "number",
    "removed": "number", "unmatched": "number", "cold_bits": "number",
    **{f"{prefix}{name}{end}": "number" for prefix in ("", "forced_") for name in QUANTITIES
       for end in ("", "_low", "_high")},
}  # fmt: skip
"""Columns of the table, and what they hold."""


def names_of(data: Sequence[str]) -> list[str]:
    """Return a name for each dataset as it was given; the second of the same is `NAME (2)`. Raise for fewer than two.

    Raises `UsageError`.
    """
    if len(data) < 2:
        raise UsageError("compare needs at least two datasets.", "Name two, as in `lit-hf data compare A.csv B.csv`.")
    return [
        each if each not in data[:place] else f"{each} ({data[:place].count(each) + 1})"
        for place, each in enumerate(data)
    ]


def data_compare(given: Mapping[str, Given], names: Mapping[str, str], progress: Progress) -> Found:
    """Return the object of `lit_hf/records/schemas/data-compare-1.json`.

    given: datasets by name, embedded. names: labels that are called otherwise, as `--label-map` says. Raises
    `NoCommonLabels`, `UnknownLabel` and `UsageError`.
    """
    from lit_hf.studies.arms import Way
    from lit_hf.studies.label_names import renamed
    from lit_hf.studies.sides import side_of_task

    first = next(iter(given.values()))
    settings = first.job.settings
    require_online(settings, "data compare")
    sides = [side_of_task(name, each) for name, each in given.items()]
    way = Way(first.code, settings.seed)
    found = shared_by(renamed(sides, names), way, settings.orders, progress).to_dict()
    data = {
        "schema": SCHEMA, "version": __version__,
        "datasets": [{"name": name, **dataset_section(each.task)} for name, each in given.items()],
        "model": _model(list(given.values())), "orders": found["orders"], "pairs": found["pairs"],
        "labels": found["labels"], "notes": found["notes"], "settings": settings.given(),
    }  # fmt: skip
    return Found(data, shown.figure)


def _model(given: Sequence[Given]) -> dict[str, Any]:
    """Return the encoder, and how many inputs of all datasets went through it in this run."""
    sections = [model_section(each.job) for each in given]
    return sections[0] | {name: sum(each[name] for each in sections) for name in ("embedded_now", "from_the_store")}
