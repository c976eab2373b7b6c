"""Two records of one dataset: the paired difference, and the inputs that differ most, with their text."""

from __future__ import annotations

from typing import Any

import numpy as np

from lit_hf.ranking.comparable import align, diff
from lit_hf.records.record import Record
from lit_hf.records.said import said
from lit_hf.studies.texts import plain_input, task_of

SCHEMA = "lit-hf/diff/1"


def compare(a: Record, b: Record, count: int) -> dict[str, Any]:
    """Return both codelengths, a - b with its interval, and `count` inputs, those that differ most first.

    Raises `IncomparableRecords`. The inputs' texts are read from the dataset anew: they are null when it is not here
    any more, or is another one now.
    """
    found, aligned = diff(a, b, count=count), align([a, b])
    task = task_of(a) if count else None
    means = aligned.bits.mean(axis=1)
    labels, groups = (
        np.asarray(a.arrays["labels"]),
        np.asarray(a.arrays.get("groups", np.arange(len(a.arrays["labels"])))),
    )
    return {
        "a": _about(a), "b": _about(b),
        "dataset": {name: a["dataset"][name] for name in ("id", "config", "split", "fingerprint", "examples")},
        "difference": {"bits": found.interval.estimate, "interval": [found.interval.low, found.interval.high]},
        "examples": [
            {
                "group": group, "bits_a": float(means[0, group]), "bits_b": float(means[1, group]), "difference": bits,
                "labels": [said(a["dataset"]).label(label) for label in labels[groups == group].tolist()],
                "input": None if task is None else plain_input(task.input_of_group(group)),
            }
            for group, bits in found.examples
        ],
        "notes": types_note(a, b),
    }  # fmt: skip


def types_note(a: Record, b: Record) -> list[str]:
    """Return what to say where two records were computed in different types of numbers; nothing else."""
    one, other = a["model"]["dtype"], b["model"]["dtype"]
    if one == other:
        return []
    return [f"a was computed in {one}, b in {other}: some of the difference may be the type's."]


def _about(record: Record) -> dict[str, Any]:
    model = {"id": record["model"]["id"], "revision": record["model"]["revision"]}
    return {"id": record["id"], "model": model, "bits": record["codelength"]["bits"]}
