"""The task of a file of features: its own labels, coded from its own rows; an input is the number of a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from lit_hf.config import Settings
from lit_hf.errors import BadSetting, MissingColumn
from lit_hf.runtime.precomputed import FEATURES, LABELS, Precomputed, read_precomputed
from lit_hf.tasks.contract import Input, Task
from lit_hf.tasks.labelled import Labelled, Labelling, assemble
from lit_hf.tasks.targets import KINDS, MultiLabel, Regression, SingleLabel, Target
from lit_hf.tasks.targets.bins import has_fractions

NAME = "features"
UNIT = "example"


def load_precomputed(settings: Settings, needed: int) -> Task:
    """Return the task of `features:FILE`; rows with the same numbers are one group, or those that its `groups` name.

    Raises what `read_precomputed` raises, `BadSetting` when another dataset is named beside the file, `TooFewClasses`,
    `TooFewExamples` below `needed` labels, and `MissingColumn` for one label a row where several are asked for.
    """
    if settings.dataset != settings.model:
        raise BadSetting("dataset", settings.dataset, f"left out: the labels are in {settings.model}")
    if settings.streaming:
        raise BadSetting("streaming", True, "left out: these features lie in a file that is read whole")
    found = read_precomputed(settings.model)
    table, rows = _table(found, settings.missing_label), list(range(len(found.labels)))
    target = _kind_of(settings, found).read(table, list(table), {}, settings)
    assert target is not None, "it was asked for, or its labels are real numbers"
    usable = Labelled.of(rows, *target.encode(table, list(table)))
    what = Labelling(target, NAME, UNIT, partial(_content, found), partial(_form, found))
    return assemble(settings, what, usable, None, _info(found), needed)


def _table(found: Precomputed, missing: str | None) -> dict[str, Sequence[Any]]:
    """Return the labels as a dataset has them: one column, or a column of 0 and 1 for each of several.

    `missing`: the label that stands for none.
    """
    if not (len(found.labels) and isinstance(found.labels[0], list)):
        return {LABELS: [None if missing is not None and str(each) == missing else each for each in found.labels]}
    marks = np.asarray(found.labels).T
    return {f"label {place}": marks[place].tolist() for place in range(len(marks))}


def _kind_of(settings: Settings, found: Precomputed) -> type[Target]:
    """Return the kind of label: several columns, what `--task` asks for, real numbers, or classes."""
    if len(found.labels) and isinstance(found.labels[0], list):
        return MultiLabel
    if settings.task == MultiLabel.asked_as:
        raise MissingColumn("list of labels", [FEATURES, LABELS])
    named = next((kind for kind in KINDS if settings.task is not None and kind.asked_as == settings.task), None)
    floats = np.array([value for value in found.labels if isinstance(value, float)])
    return named or (Regression if has_fractions(floats) else SingleLabel)


def _content(found: Precomputed, row: Input) -> bytes:
    """Return the numbers of a row: rows with the same are one input."""
    assert isinstance(row, int)
    return found.features[row].tobytes() + (b"" if found.baseline is None else found.baseline[row].tobytes())


def _form(found: Precomputed, row: Input) -> bytes:
    """Return what the rows of a group have in common: the group that the file names, else their numbers."""
    assert isinstance(row, int)
    return _content(found, row) if found.groups is None else int(found.groups[row]).to_bytes(8, "little", signed=True)


def _info(found: Precomputed) -> dict[str, Any]:
    """Return the fields of `DatasetInfo` that the file decides."""
    columns = {"text": FEATURES, "text_pair": None, "label": LABELS}
    return {"id": found.path.name, "config": None, "split": "all rows", "revision": None, "columns": columns}
