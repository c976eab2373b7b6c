"""From settings to a task: open, infer, clean, group, draw, hold out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.config import Settings, precomputed_file
from lit_hf.errors import BadSetting, NoUsableInputs, TooFewClasses, TooFewExamples, UnknownSplit
from lit_hf.tasks import tokens
from lit_hf.tasks.contract import DatasetInfo, Input, Task
from lit_hf.tasks.holdout import make_holdout
from lit_hf.tasks.kinds import Kind, choose_kind
from lit_hf.tasks.labels import MISSING, class_names, encode_labels, find_classes
from lit_hf.tasks.loading import Source, describe, is_stream, open_source, read_columns, wrap_source
from lit_hf.tasks.precomputed import load_precomputed
from lit_hf.tasks.schema import Columns
from lit_hf.tasks.stream import Stream, build_stream, draw, fingerprint, flatten
from lit_hf.tasks.streaming import load_stream
from lit_hf.tasks.targets import load_targets

if TYPE_CHECKING:
    import datasets

NEEDED = 20
"""Labelled examples below which no curve can be drawn."""
VALIDATION_NAMES = ("validation", "valid", "dev", "validation_matched", "val")


@dataclass(frozen=True)
class Rows:
    """Usable rows of one split, and how many were left out."""

    inputs: list[Input]
    labels: list[int]
    read: int
    missing_labels: int
    empty_inputs: int


def load_task(settings: Settings, data: datasets.Dataset | datasets.DatasetDict | None = None) -> Task:
    """Return the task that `settings` name, or the same made of loaded `data`; of `features:FILE`, the file's own.

    Raises what `open_source` raises, `UnknownSplit`, `MissingColumn`, `AmbiguousColumns`, `NoUsableInputs`,
    `TooFewClasses` (fewer than 2 among usable labels) and `TooFewExamples` (fewer than 20).
    """
    if precomputed_file(settings.model) is not None:
        return load_precomputed(settings, NEEDED)
    opened = open_source(settings.dataset, streaming=settings.streaming) if data is None else None
    source = opened or wrap_source(data, settings.dataset)
    split = _choose_split(source, settings.split)
    if settings.streaming != is_stream(source.splits[split]):
        raise BadSetting("streaming", settings.streaming, "true for an IterableDataset, and false for others")
    if settings.streaming:
        return load_stream(settings, source, split, NEEDED)
    other = load_targets(settings, source, split, _other_split(source, split), NEEDED)
    if other is not None:
        return other
    kind, columns = _choose(source, split, settings)
    table = _read(source, split, columns)
    names = describe(source.splits[split])[columns.label].names
    if kind.NAME == tokens.NAME:
        return _assemble_tokens(settings, source, split, columns, table, names)
    classes = find_classes(table[columns.label], names, columns.label)
    rows = usable_rows(kind, columns, table, classes)
    _require_enough(rows, columns)
    return _assemble(settings, source, split, kind, columns, rows, classes, class_names(classes, names))


def usable_rows(kind: Kind, columns: Columns, table: Mapping[str, list[Any]], classes: Mapping[Any, int]) -> Rows:
    """Drop and count the rows without an input or without a label; a row that lacks both counts as empty."""
    inputs = kind.read_inputs(table, columns)
    labels = encode_labels(table[columns.label], dict(classes), columns.label)
    kept = [(value, int(label)) for value, label in zip(inputs, labels, strict=True) if value and label != MISSING]
    empty = sum(value is None for value in inputs)
    return Rows([v for v, _ in kept], [y for _, y in kept], len(inputs), len(inputs) - len(kept) - empty, empty)


def _choose_split(source: Source, asked: str | None) -> str:
    """Return the asked split, else `train`, else the first."""
    available = list(source.splits)
    if asked is not None and asked not in available:
        raise UnknownSplit(source.id, asked, available)
    return asked or ("train" if "train" in available else available[0])


def _choose(source: Source, split: str, settings: Settings) -> tuple[Kind, Columns]:
    schema = describe(source.splits[split])
    return choose_kind(
        schema, settings.task, settings.text_column, settings.text_pair_column, settings.label_column
    )  # fmt: skip


def _read(source: Source, split: str, columns: Columns) -> dict[str, list[Any]]:
    needed = [columns.text, columns.label, *([columns.text_pair] if columns.text_pair else [])]
    return read_columns(source.splits[split], list(dict.fromkeys(needed)))


def _require_enough(rows: Rows, columns: Columns) -> None:
    if rows.read and rows.empty_inputs == rows.read:
        raise NoUsableInputs(columns.text)
    if len(rows.labels) < NEEDED:
        raise TooFewExamples(len(rows.labels), NEEDED)
    if len(set(rows.labels)) < 2:
        raise TooFewClasses(len(set(rows.labels)))


def _assemble(
    settings: Settings, source: Source, split: str, kind: Kind, columns: Columns, rows: Rows,
    classes: Mapping[Any, int], names: tuple[str, ...],
) -> Task:  # fmt: skip
    stream = build_stream(rows.inputs, rows.labels, settings.seed)
    size = draw(stream, settings.max_examples)
    labels, groups = flatten(stream.labels[:size])
    if len(labels) < NEEDED:
        raise TooFewExamples(len(labels), NEEDED)
    return Task(
        kind=kind.NAME, unit=kind.UNIT, inputs=stream.inputs, size=size, labels=labels, groups=groups, classes=names,
        holdout=make_holdout(_validation(source, split, kind, columns, classes, settings.seed), stream, size),
        dataset=_info(source, split, columns, rows, names, len(stream.inputs)),
    )  # fmt: skip


def _assemble_tokens(
    settings: Settings, source: Source, split: str, columns: Columns, table: Mapping[str, list[Any]],
    names: tuple[str, ...] | None,
) -> Task:  # fmt: skip
    classes = tokens.find_tags(table, names, columns)
    other = _validation_split(source, split, columns)
    validation = None if other is None else tokens.read_tagged(_read(source, other, columns), columns, classes)
    info = {
        "id": source.id, "config": source.config, "split": split, "revision": source.revision,
        "columns": {"text": columns.text, "text_pair": None, "label": columns.label},
    }  # fmt: skip
    return tokens.assemble(
        tokens.read_tagged(table, columns, classes), validation, info, classes, names, seed=settings.seed,
        max_examples=settings.max_examples, needed=NEEDED,
    )  # fmt: skip


def _other_split(source: Source, split: str) -> str | None:
    return next((name for name in VALIDATION_NAMES if name in source.splits and name != split), None)


def _validation_split(source: Source, split: str, columns: Columns) -> str | None:
    """Return the name of the split to hold out, besides the coded one, if it has the columns."""
    name = _other_split(source, split)
    fits = name is not None and {columns.text, columns.label} <= set(describe(source.splits[name]))
    return name if fits else None


def _validation(
    source: Source, split: str, kind: Kind, columns: Columns, classes: Mapping[Any, int], seed: int
) -> Stream | None:
    """Return the validation split as a stream of its own, or None when there is none besides the coded split."""
    name = _validation_split(source, split, columns)
    if name is None:
        return None
    rows = usable_rows(kind, columns, _read(source, name, columns), classes)
    return build_stream(rows.inputs, rows.labels, seed)


def _info(
    source: Source, split: str, columns: Columns, rows: Rows, names: tuple[str, ...], distinct: int
) -> DatasetInfo:
    spoken = [names[label] for label in np.asarray(rows.labels)]
    return DatasetInfo(
        id=source.id, config=source.config, split=split, revision=source.revision,
        fingerprint=fingerprint(rows.inputs, spoken),
        columns={"text": columns.text, "text_pair": columns.text_pair, "label": columns.label},
        read=rows.read, missing_labels=rows.missing_labels, empty_inputs=rows.empty_inputs,
        duplicates=len(rows.inputs) - distinct,
    )  # fmt: skip
