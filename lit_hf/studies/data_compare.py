"""`lit-hf data compare` as one object: what datasets with the same labels share, by an encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lit_hf._version import __version__
from lit_hf.errors import UsageError
from lit_hf.reports import different as other
from lit_hf.reports import shared as shown
from lit_hf.studies.about import Found, dataset_section, model_section, require_online
from lit_hf.studies.different import QUANTITIES as DIFFERENT
from lit_hf.studies.shared import QUANTITIES, shared_by

if TYPE_CHECKING:
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.arms import Way
    from lit_hf.studies.given import Given
    from lit_hf.studies.sides import Side

SCHEMA_DIFFERENT = "lit-hf/data-compare-different/1"
SCHEMA = "lit-hf/data-compare/1"
_OF_PAIR = {"coded": "text", "given": "text", "coded_labels": "whole", "given_labels": "number", "removed": "number"}
_LIMITS = ("", "_low", "_high")
COLUMNS = _OF_PAIR | {
    "own_labels": "whole", "unmatched": "number", "cold_bits": "number",
    **{f"{kind}{name}{end}": "number" for kind in ("", "forced_") for name in QUANTITIES for end in _LIMITS},
}  # fmt: skip
"""Columns of the table, and what they hold."""
COLUMNS_DIFFERENT = _OF_PAIR | {
    "cold_bits": "number", **{f"{name}{end}": "number" for name in DIFFERENT for end in _LIMITS},
}  # fmt: skip
"""The same for different labels."""


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
    from lit_hf.studies.label_names import renamed

    sides, way, orders = _sides(given)
    found = shared_by(renamed(sides, names), way, orders, progress).to_dict()
    return Found(_object(SCHEMA, given, found) | {"labels": found["labels"]}, shown.figure)


def data_compare_different(given: Mapping[str, Given], progress: Progress) -> Found:
    """Return the object of `lit_hf/records/schemas/data-compare-different-1.json`; raise `UsageError`."""
    from lit_hf.studies.different import different_by

    sides, way, orders = _sides(given)
    found = different_by(sides, way, orders, progress).to_dict()
    return Found(_object(SCHEMA_DIFFERENT, given, found), other.figure)


def _sides(given: Mapping[str, Given]) -> tuple[list[Side], Way, int]:
    from lit_hf.studies.arms import Way
    from lit_hf.studies.sides import side_of_task

    first = next(iter(given.values()))
    settings = first.job.settings
    require_online(settings, "data compare")
    sides = [side_of_task(name, each) for name, each in given.items()]
    return sides, Way(first.code, settings.seed), settings.orders


def _object(schema: str, given: Mapping[str, Given], found: Mapping[str, Any]) -> dict[str, Any]:
    first = next(iter(given.values()))
    return {
        "schema": schema, "version": __version__,
        "datasets": [{"name": name, **dataset_section(each.task)} for name, each in given.items()],
        "model": _model(list(given.values())), "orders": found["orders"], "pairs": found["pairs"],
        "notes": found["notes"], "settings": first.job.settings.given(),
    }  # fmt: skip


def _model(given: Sequence[Given]) -> dict[str, Any]:
    """Return the encoder, and how many inputs of all datasets went through it in this run."""
    sections = [model_section(each.job) for each in given]
    return sections[0] | {name: sum(each[name] for each in sections) for name in ("embedded_now", "from_the_store")}
