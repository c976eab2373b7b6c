"""A column of lists with exactly one label in every row: its labels are classes, and no questions of yes and no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lit_hf.config import Settings
from lit_hf.tasks.loading import Source, describe
from lit_hf.tasks.targets import MultiLabel
from lit_hf.tasks.targets.flags import find_label_columns

SAID = (
    "Each row of column {column!r} lists exactly one label: they are read as classes; "
    f"`--task {MultiLabel.asked_as}` reads them as labels of which several may hold."
)


def without_lists(source: Source, split: str, settings: Settings) -> tuple[Source, str | None]:
    """Return the source with such a column's only labels in its place, and what to say; else the source as it is.

    The split that is coded decides. In other splits a row with more or fewer labels has none.
    """
    schema = describe(source.splits[split])
    names = find_label_columns(schema, settings.label_column, settings.text_column)
    if settings.task is not None or names is None or len(names) != 1 or schema[names[0]].type != "list":
        return source, None
    column = names[0]
    rows = [row for row in source.read(split, [column])[column] if row is not None]
    if not rows or any(len(row) != 1 for row in rows):
        return source, None
    splits = {name: _unlisted(data, column) for name, data in source.splits.items()}
    return replace(source, splits=splits), SAID.format(column=column)


def _unlisted(data: Any, column: str) -> Any:
    """Return a split with the only item of each list in its place, null for other lists."""
    feature = data.features.get(column)
    if feature is None or not hasattr(feature, "feature"):
        return data
    rows: Sequence[Any] = data.select_columns([column]).with_format("arrow")[:].column(column).to_pylist()
    items = [row[0] if row is not None and len(row) == 1 else None for row in rows]
    return data.remove_columns([column]).add_column(column, items, feature=feature.feature)
