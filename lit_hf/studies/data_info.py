"""`lit-hf data info` as one object: the information curve of a dataset by an encoder, with what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lit_hf._version import __version__
from lit_hf.reports import information as shown
from lit_hf.studies.about import Found, dataset_section, model_section, require_online
from lit_hf.studies.information import information_of

if TYPE_CHECKING:
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.given import Given

SCHEMA = "lit-hf/data-info/1"
COLUMNS = {"labels": "whole", "bits": "number", "low": "number", "high": "number", "bits_per_label": "number"}
"""Columns of the table, and what they hold."""


def data_info(given: Given, progress: Progress, target_accuracy: float | None = None) -> Found:
    """Return the object of `lit_hf/records/schemas/data-info-1.json`. Raises `TooFewExamples` and `BadSetting`."""
    settings, note = given.job.settings, given.task.target.note
    require_online(settings, "data info")
    found = information_of(given, progress, target_accuracy).to_dict()
    data = {
        "schema": SCHEMA, "version": __version__, "dataset": dataset_section(given.task),
        "model": model_section(given.job), **found, "sentence": shown.sentence(found), "notes": [note] if note else [],
        "settings": settings.given(),
    }  # fmt: skip
    return Found(data, shown.figure)


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the table: a row for each n."""
    return [{**each, "low": each["interval"][0], "high": each["interval"][1]} for each in found["information"]]
