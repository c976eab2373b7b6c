"""What a reader of the result must be told of how the data were read."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from lit_hf.tasks.contract import Task
from lit_hf.tasks.loading import Source, column_of

MINUS_ONE = "-1"
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+(,[0-9]+)?")


def with_notes(task: Task, source: Source, split: str, notes: tuple[str | None, ...] = ()) -> Task:
    """Return the task with how its table was read, and all that must be said of it."""
    reading = source.readings.get(split)
    read = reading.notes if reading is not None else ()
    said = [*read, *notes, _minus_one(task, source, split), _commas(task), *task.dataset.notes]
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


def _commas(task: Task) -> str | None:
    """Say that what may be numbers with decimal commas are classes: a comma may separate thousands as well."""
    odd = next((name for name in task.classes if "," in name), None)
    if odd is None or task.labels.ndim != 1 or not all(map(DECIMAL_COMMA.fullmatch, task.classes)):
        return None
    return (
        f"The labels look like numbers with commas, such as `{odd}`, and are read as {len(task.classes):,} classes; "
        'where they are numbers, write them with a point: in pandas, `read_csv(FILE, decimal=",")` (with `sep=";"` '
        "where semicolons separate), then `to_csv`."
    )


def spoken(task: Task) -> str:
    """Return one line: what was read, and what was dropped."""
    info = task.dataset
    dropped = [(info.missing_labels, "without a label"), (info.empty_inputs, "without an input")]
    parts = [f"{count:,} {why}" for count, why in dropped if count]
    left = f"; dropped {' and '.join(parts)}" if parts else ""
    read_as = f" ({info.read_as})" if info.read_as else ""
    return " ".join([f"Read {info.read:,} rows of {info.id}{read_as}{left}.", *info.notes])
