"""From what `eval` takes as data to the rows that are checked: every split, in the order of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lit_hf.checks.contract import Content, Data, starts_of
from lit_hf.checks.layout import Layout, find_layout, read_labels
from lit_hf.checks.lengths import media_lengths, text_lengths
from lit_hf.checks.read_features import read_features
from lit_hf.checks.request import Request
from lit_hf.config import PRECOMPUTED
from lit_hf.errors import BadSetting, MissingColumn, NoUsableInputs, UnknownSplit
from lit_hf.runtime.inputs import Image, Input, Sound, Words
from lit_hf.tasks.loading import Source, describe, open_source, read_columns


def read_data(asked: Request) -> Data:
    """Return the rows of all splits.

    Raises what opening a dataset raises, `MissingColumn`, `AmbiguousColumns`, `UnknownSplit`, `BadSetting`, and
    `NoUsableInputs` when there is no input at all.
    """
    if asked.dataset.startswith(PRECOMPUTED):
        return read_features(asked)
    source = open_source(asked.dataset)
    first = _first_split(source, asked.split)
    schema = describe(source.splits[first])
    layout = find_layout(schema, asked)
    splits = {first: source.splits[first], **_others(source, first, layout, asked)}
    rows = {name: asked.drawn(len(data)) for name, data in splits.items()}
    tables = {name: _table(data, rows[name], layout, name == first) for name, data in splits.items()}
    read = {name: layout.kind.read_inputs(table, layout.columns) for name, table in tables.items()}
    inputs = [_content(value) for found in read.values() for value in found]
    if all(value is None for value in inputs):
        raise NoUsableInputs(layout.columns.text)
    size = len(rows[first])
    labels = read_labels(layout, _stack(tables, layout.labels), size, asked)
    others = [name for name, each in schema.items() if each.is_labelled and name not in layout.used]
    return Data(
        tuple(splits), starts_of(rows), inputs, labels, layout.inputs, {name: tables[first][name] for name in others},
        {**text_lengths(inputs[:size], layout.inputs), **media_lengths(read[first])},
        {"id": source.id, "config": source.config, "revision": source.revision, "label": ", ".join(layout.labels)},
        np.concatenate(list(rows.values())),
    )  # fmt: skip


def _first_split(source: Source, asked: str | None) -> str:
    available = list(source.splits)
    if asked is not None and asked not in available:
        raise UnknownSplit(source.id, asked, available)
    return asked or ("train" if "train" in available else available[0])


def _others(source: Source, first: str, layout: Layout, asked: Request) -> dict[str, Any]:
    """Return the splits to compare with, by name: those of the dataset that have its inputs, or that of `test`."""
    if asked.test is None:
        return {
            name: data
            for name, data in source.splits.items()
            if name != first and set(layout.inputs) <= set(describe(data))
        }
    if asked.test.startswith(PRECOMPUTED):
        raise BadSetting("test", asked.test, "data of the same kind as the first")
    other = open_source(asked.test)
    name = "test" if "test" in other.splits else next(iter(other.splits))
    found = describe(other.splits[name])
    for column in layout.inputs:
        if column not in found:
            raise MissingColumn(column, list(found))
    return {"test": other.splits[name]}


def _table(data: Any, rows: np.ndarray, layout: Layout, whole: bool) -> dict[str, Any]:
    """Return the columns of a split; `whole`: also those that are neither input nor label."""
    schema = describe(data)
    extra = [name for name, each in schema.items() if each.is_labelled and name not in layout.used]
    names = [name for name in layout.used if name in schema] + (extra if whole else [])
    part = data if len(rows) == len(data) else data.select(rows)
    empty = {name: [None] * len(rows) for name in layout.labels if name not in schema}
    return {**read_columns(part, names), **empty}


def _stack(tables: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [value for table in tables.values() for value in table[name]] for name in names}


def _content(value: Input | None) -> Content | None:
    """Return a text or pair as it is, a sentence in words as a text, and the hash of an image or a sound."""
    if isinstance(value, Image | Sound):
        return bytes.fromhex(value.digest)
    return " ".join(value.words) if isinstance(value, Words) else value
