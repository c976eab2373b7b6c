"""Which columns are the input and the labels of a dataset, whatever the kind of labels; by the rules of `eval`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.checks.labels import Labels, classes_of, numbers_of, sets_of
from lit_hf.checks.request import Request
from lit_hf.tasks import tokens
from lit_hf.tasks.kinds import Kind, choose_kind
from lit_hf.tasks.labels import class_names, encode_labels, find_classes
from lit_hf.tasks.schema import Column, Columns, Schema, named
from lit_hf.tasks.targets import asked as kinds_of_labels
from lit_hf.tasks.targets.bins import has_fractions, read_numbers
from lit_hf.tasks.targets.flags import find_label_columns, read_sets
from lit_hf.tasks.targets.multi_label import MultiLabel
from lit_hf.tasks.targets.regression import Regression

_STAND_IN = "the labels"


@dataclass(frozen=True)
class Layout:
    """`kind` reads the inputs from `columns`; labels are in `labels`, of the kind `targets`."""

    kind: Kind
    columns: Columns
    labels: tuple[str, ...]
    targets: str
    """"classes", "numbers", "sets", "tags"."""
    declared: tuple[str, ...] | None
    """Names of the classes as the dataset declares them."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns of the input: one, or two of a pair."""
        second = self.columns.text_pair
        return (self.columns.text,) if second is None else (self.columns.text, second)

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is input or label."""
        return tuple(dict.fromkeys([*self.inputs, *self.labels]))


def find_layout(schema: Schema, asked: Request) -> Layout:
    """Return the layout of a dataset; raises `MissingColumn`, `AmbiguousColumns` and `BadSetting` as `eval` does."""
    sets = find_label_columns(schema, asked.label_column, asked.text_column)
    if sets is not None and asked.task in (None, MultiLabel.asked_as):
        return _sets(schema, asked, [named(schema, name) for name in sets])
    task = None if asked.task in kinds_of_labels() else asked.task  # steps of a scale are checked as classes
    kind, columns = choose_kind(schema, task, asked.text_column, asked.text_pair_column, asked.label_column)
    label = schema[columns.label]
    targets = "tags" if kind.NAME == tokens.NAME else "classes"
    if asked.task == Regression.asked_as or (asked.task is None and label.type == "number"):
        targets = "numbers"
    return Layout(kind, columns, (columns.label,), targets, label.names)


def read_labels(layout: Layout, table: Mapping[str, Sequence[Any]], first: int, asked: Request) -> Labels:
    """Return the labels of the rows of all splits; a column of whole numbers is classes unless regression is asked."""
    column = layout.labels[0]
    if layout.targets == "sets":
        flags, known, names = read_sets(table, layout.labels, layout.declared)
        return sets_of(flags, known, names)
    if layout.targets == "tags":
        return _tags(table[column], layout.declared)
    if layout.targets == "numbers":
        numbers = read_numbers(table[column], column)
        if asked.task == Regression.asked_as or has_fractions(numbers):
            return numbers_of(numbers, first)
    classes = find_classes(table[column], layout.declared, column)
    return classes_of(encode_labels(table[column], classes, column), class_names(classes, layout.declared))


def _sets(schema: Schema, asked: Request, labels: list[str]) -> Layout:
    """Find the columns of the inputs among those that are no labels; the label that kinds ask for is a stand-in."""
    others = {name: each for name, each in schema.items() if name not in labels}
    columns = {**others, _STAND_IN: Column(_STAND_IN, "class")}
    kind, found = choose_kind(columns, None, asked.text_column, asked.text_pair_column, _STAND_IN)
    return Layout(kind, found, tuple(labels), "sets", schema[labels[0]].names if len(labels) == 1 else None)


def _tags(raw: Sequence[Any], declared: Sequence[str] | None) -> Labels:
    place: dict[str, int] = {}
    codes = [place.setdefault(_spoken(tags, declared), len(place)) if tags else -1 for tags in raw]
    return classes_of(np.array(codes, np.int64), list(place), "tags")


def _spoken(tags: Sequence[Any], declared: Sequence[str] | None) -> str:
    return " ".join(declared[tag] if declared and isinstance(tag, int) and tag >= 0 else str(tag) for tag in tags)
