"""One more column of a dataset beside its task: a value for each label."""

from __future__ import annotations

from typing import Any

from lit_hf.config import Settings
from lit_hf.errors import BadSetting, MissingColumn
from lit_hf.tasks.contract import Task
from lit_hf.tasks.loading import describe, open_settings, read_columns
from lit_hf.tasks.precomputed import NAME as FEATURES

HOW = "Any column of the dataset can be named, and so can `label`, `length` and `cluster:K`."


def column_of_labels(task: Task, settings: Settings, name: str) -> list[Any]:
    """Return the value of column `name` in the row of each label, names in place of declared classes.

    Raises `MissingColumn`, and `BadSetting` for a column of lists, images or objects, and for a stream.
    """
    if task.split_rows is None:
        raise BadSetting("by", name, "label or length: of a stream no rows are kept")
    if task.kind == FEATURES or task.reads == FEATURES:
        raise MissingColumn(name, [], "A file of features can be cut by `label` and by `cluster:K`.")
    data = open_settings(settings).splits[task.dataset.split]
    schema = describe(data)
    if name not in schema:
        raise MissingColumn(name, list(schema), HOW)
    if not schema[name].is_labelled:
        raise BadSetting("by", name, "a column of texts, numbers, classes or truth values")
    values, names = read_columns(data, [name])[name], schema[name].names
    if names is not None:
        values = [names[value] if isinstance(value, int) and 0 <= value < len(names) else None for value in values]
    return [values[row] for row in task.split_rows.tolist()]
