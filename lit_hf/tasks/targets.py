"""Which datasets have labels that are no classes, and their tasks: the door to `regression` and `label_sets`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.config import Settings
from lit_hf.errors import MissingColumn
from lit_hf.tasks import label_sets, regression
from lit_hf.tasks.contract import Input, Task
from lit_hf.tasks.kinds import Kind, choose_kind
from lit_hf.tasks.labelled import Encoding, Labelled, assemble
from lit_hf.tasks.loading import Source, describe, read_columns
from lit_hf.tasks.schema import Columns, named

if TYPE_CHECKING:
    from lit_hf.runtime.precomputed import Precomputed

KINDS = (regression.NAME, label_sets.NAME)


def load_targets(settings: Settings, source: Source, split: str, validation: str | None, needed: int) -> Task | None:
    """Return the task when its labels are numbers or sets of labels; None when they are classes.

    Asked for by `--task`, else inferred: a column of lists beside a text, or of numbers that are not all whole.
    """
    schema = describe(source.splits[split])
    if settings.task in (None, label_sets.NAME):
        columns = label_sets.find_label_columns(schema, settings.label_column, settings.text_column)
        if columns is not None:
            return _sets(settings, source, split, validation, [named(schema, name) for name in columns], needed)
        if settings.task == label_sets.NAME:
            raise MissingColumn("list of labels", list(schema))
    return _numbers(settings, source, split, validation, needed)


def load_precomputed_targets(
    settings: Settings, found: Precomputed, info: dict[str, Any], content: Callable[[Input], bytes], needed: int
) -> Task | None:
    """Return the task of a file of features whose labels are numbers, or rows of 0 and 1; None for classes."""
    rows, column = list(range(len(found.labels))), "labels"
    if len(found.labels) and isinstance(found.labels[0], list):
        marks = np.asarray(found.labels).T
        table = {f"label {place}": marks[place].tolist() for place in range(len(marks))}
        labels, known, names = label_sets.read_sets(table, list(table), None)
        encoding = Encoding(label_sets.NAME, names)
    else:
        if settings.task != regression.NAME and not _real(found.labels):
            return None
        numbers = regression.read_numbers(found.labels, column)
        width = regression.find_width(numbers, settings.bin_width, column)
        labels, known = regression.bins_of(numbers, width)
        encoding = Encoding(regression.NAME, width=width)
    usable = Labelled.of(rows, labels, known)
    return assemble(settings, usable, None, info, encoding, reads="features", needed=needed, content=content)


def _sets(
    settings: Settings, source: Source, split: str, validation: str | None, columns: Sequence[str], needed: int
) -> Task:
    schema = describe(source.splits[split])
    declared = schema[columns[0]].names if len(columns) == 1 else None
    kind, inputs = _inputs({name: each for name, each in schema.items() if name not in columns}, settings)
    table = _read(source, split, inputs, columns)
    labels, known, names = label_sets.read_sets(table, columns, declared)
    rows = Labelled.of(kind.read_inputs(table, inputs), labels, known)
    other = None
    if validation is not None and {inputs.text, *columns} <= set(describe(source.splits[validation])):
        extra = _read(source, validation, inputs, columns)
        found = label_sets.read_sets(extra, columns, declared, names)
        other = Labelled.of(kind.read_inputs(extra, inputs), *found[:2])
    info = _info(source, split, inputs, ", ".join(columns))
    return assemble(
        settings, rows, other, info, Encoding(label_sets.NAME, names), reads=kind.NAME, needed=needed
    )  # fmt: skip


def _numbers(settings: Settings, source: Source, split: str, validation: str | None, needed: int) -> Task | None:
    schema = describe(source.splits[split])
    asked = settings.task == regression.NAME
    if not asked and (settings.task is not None or not any(each.type == "number" for each in schema.values())):
        return None
    kind, columns = choose_kind(
        schema, None, settings.text_column, settings.text_pair_column, settings.label_column
    )  # fmt: skip
    if not asked and schema[columns.label].type != "number":
        return None
    table = _read(source, split, columns, [columns.label])
    numbers = regression.read_numbers(table[columns.label], columns.label)
    if not asked and not regression.has_fractions(numbers):
        return None
    width = regression.find_width(numbers, settings.bin_width, columns.label)
    rows = Labelled.of(kind.read_inputs(table, columns), *regression.bins_of(numbers, width))
    other = None
    if validation is not None and {columns.text, columns.label} <= set(describe(source.splits[validation])):
        extra = _read(source, validation, columns, [columns.label])
        held = regression.read_numbers(extra[columns.label], columns.label)
        other = Labelled.of(kind.read_inputs(extra, columns), *regression.bins_of(held, width))
    info, encoding = _info(source, split, columns, columns.label), Encoding(regression.NAME, width=width)
    return assemble(settings, rows, other, info, encoding, reads=kind.NAME, needed=needed)


def _inputs(schema: Mapping[str, Any], settings: Settings) -> tuple[Kind, Columns]:
    """Return kind and columns of the inputs; the label that kinds ask for stands in for those that were taken out."""
    from lit_hf.tasks.schema import Column

    stand_in = "the labels"
    columns = {**schema, stand_in: Column(stand_in, "class")}
    return choose_kind(columns, None, settings.text_column, settings.text_pair_column, stand_in)


def _read(source: Source, split: str, columns: Columns, labels: Sequence[str]) -> dict[str, list[Any]]:
    wanted = [columns.text, *([columns.text_pair] if columns.text_pair else []), *labels]
    return read_columns(source.splits[split], list(dict.fromkeys(wanted)))


def _info(source: Source, split: str, columns: Columns, label: str) -> dict[str, Any]:
    return {
        "id": source.id, "config": source.config, "split": split, "revision": source.revision,
        "columns": {"text": columns.text, "text_pair": columns.text_pair, "label": label},
    }  # fmt: skip


def _real(labels: Sequence[Any]) -> bool:
    """Tell whether labels are floats of which some are not whole."""
    floats = [value for value in labels if isinstance(value, float)]
    return bool(floats) and regression.has_fractions(np.array(floats))
