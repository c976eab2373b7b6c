"""What a reader of the result must be told of how the data were read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lit_hf.tasks.contract import Task
from lit_hf.tasks.loading import Source, column_of

MINUS_ONE = "-1"


def with_notes(task: Task, source: Source, split: str, notes: tuple[str | None, ...] = ()) -> Task:
    """Return the task with how its table was read, and all that must be said of it."""
    reading = source.readings.get(split)
    read = reading.notes if reading is not None else ()
    said = [*read, *notes, _minus_one(task, source, split), *task.dataset.notes]
    info = replace(
        task.dataset,
        read_as=None if reading is None else reading.spoken,
        notes=tuple(note for note in said if note is not None),
    )
    return replace(task, dataset=info)


def _minus_one(task: Task, source: Source, split: str) -> str | None:
    """Say that -1 is a class, where no declared names say what it is."""
    label = task.dataset.columns["label"] or ""
    feature = (source.splits[split].features or {}).get(label)
    declared = feature is not None and column_of(label, feature).names is not None
    if MINUS_ONE not in task.classes or declared or task.labels.ndim != 1:
        return None
    count = int(np.sum(task.labels == task.classes.index(MINUS_ONE)))
    return (
        f"-1 is a class of its own, of {count:,} of the {len(task.labels):,} labels that are coded; where it stands "
        "for a missing label, add `--missing-label -1`."
    )


def spoken(task: Task) -> str:
    """Return one line: what was read, and what was dropped."""
    info = task.dataset
    dropped = [(info.missing_labels, "without a label"), (info.empty_inputs, "without an input")]
    parts = [f"{count:,} {why}" for count, why in dropped if count]
    left = f"; dropped {' and '.join(parts)}" if parts else ""
    read_as = f" ({info.read_as})" if info.read_as else ""
    return " ".join([f"Read {info.read:,} rows of {info.id}{read_as}{left}.", *info.notes])
