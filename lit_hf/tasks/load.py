"""From settings to a task: open, infer, clean, group, draw, hold out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings, precomputed_file
from lit_hf.errors import BadSetting, NoRows, UnknownSplit
from lit_hf.tasks import tokens
from lit_hf.tasks.contract import Task
from lit_hf.tasks.kinds import KINDS as INPUT_KINDS
from lit_hf.tasks.labelled import Labelled, Labelling, assemble
from lit_hf.tasks.loading import Source, describe, is_stream, open_settings, wrap_source
from lit_hf.tasks.one_label import without_lists
from lit_hf.tasks.precomputed import load_precomputed
from lit_hf.tasks.said import with_notes
from lit_hf.tasks.stream_order import buffer_note
from lit_hf.tasks.streaming import load_stream
from lit_hf.tasks.targets import KINDS, Found, SingleLabel, Target, asked
from lit_hf.tasks.trained_on import with_training_sets

if TYPE_CHECKING:
    import datasets

NEEDED = 20
"""Labelled examples below which no curve can be drawn."""
VALIDATION_NAMES = ("validation", "valid", "dev", "validation_matched", "val")


def load_task(settings: Settings, data: datasets.Dataset | datasets.DatasetDict | None = None) -> Task:
    """Return the task that `settings` name, or the same made of loaded `data`; of `features:FILE`, the file's own.

    Raises what `open_source` raises, `UnknownSplit`, `MissingColumn`, `AmbiguousColumns`, `NoUsableInputs`,
    `TooFewClasses` (fewer than 2 among usable labels) and `TooFewExamples` (fewer than 20).
    """
    if precomputed_file(settings.model) is not None:
        if settings.trained_on is not None:
            raise BadSetting("trained_on", list(settings.trained_on), "left out: the rows of a file are no inputs")
        return load_precomputed(settings, NEEDED)
    return load_opened(settings, open_settings(settings) if data is None else wrap_source(data, settings))


def load_opened(settings: Settings, source: Source) -> Task:
    """Return the task of an opened dataset."""
    split = _choose_split(source, settings.split)
    if settings.streaming != is_stream(source.splits[split]):
        raise BadSetting("streaming", settings.streaming, "true for an IterableDataset, and false for others")
    if settings.streaming:
        task = with_notes(load_stream(settings, source, split, NEEDED), source, split, (buffer_note(settings),))
    else:
        source, note = without_lists(source, split, settings)
        task = with_notes(_load(settings, source, split), source, split, (note,))
    return with_training_sets(task, settings)


def _load(settings: Settings, source: Source, split: str) -> Task:
    for kind in _targets_asked(settings.task):
        found = kind.find(describe(source.splits[split]), settings)
        task = None if found is None else _task(settings, source, split, kind, found)
        if task is not None:
            return task
    raise AssertionError("the last kind of label takes what no other does")


def _targets_asked(task: str | None) -> Sequence[type[Target]]:
    """Return the kinds of labels to try: the one that is asked for, else those that may be inferred."""
    named = [kind for kind in KINDS if task is not None and kind.asked_as == task]
    if not named and task is not None and task not in (kind.NAME for kind in INPUT_KINDS):
        raise BadSetting.one_of("task", task, [*(kind.NAME for kind in INPUT_KINDS), *asked()])
    return named or KINDS


def _task(settings: Settings, source: Source, split: str, kind: type[Target], found: Found) -> Task | None:
    """Return the task when the values too are of this kind of label."""
    schema, info = describe(source.splits[split]), _info(source, split, found)
    table = _read(source, split, found)
    if found.kind.NAME == tokens.NAME and kind.labels_words:
        return _tagged(settings, source, table, found, info)
    target = kind.read(table, found.labels, schema, settings)
    if target is None:
        return None
    other = _validation_split(source, split, found)
    validation = None if other is None else _labelled(target, _read(source, other, found), found)
    what = Labelling(target, found.kind.NAME, found.kind.UNIT)
    return assemble(settings, what, _labelled(target, table, found), validation, info, NEEDED)


def _tagged(
    settings: Settings, source: Source, table: Mapping[str, Sequence[Any]], found: Found, info: dict[str, Any]
) -> Task:  # fmt: skip
    columns, split = found.inputs, str(info["split"])
    declared = describe(source.splits[split])[columns.label].names
    classes = tokens.find_tags(table, declared, columns)
    other = _validation_split(source, split, found)
    validation = None if other is None else tokens.read_tagged(_read(source, other, found), columns, classes)
    target = SingleLabel.of(classes, declared)
    return tokens.assemble(
        tokens.read_tagged(table, columns, classes), validation, info, target, seed=settings.seed,
        max_examples=settings.max_examples, held_out=settings.held_out, needed=NEEDED,
    )  # fmt: skip


def _labelled(target: Target, table: Mapping[str, Sequence[Any]], found: Found) -> Labelled:
    """Drop and count the rows without an input or without a label; a row that lacks both counts as empty."""
    return Labelled.of(found.kind.read_inputs(table, found.inputs), *target.encode(table, found.labels))


def _choose_split(source: Source, asked: str | None) -> str:
    """Return the asked split, else `train`, else the first; raise `NoRows` where it is empty."""
    available = list(source.splits)
    if asked is not None and asked not in available:
        raise UnknownSplit(source.id, asked, available)
    found = asked or ("train" if "train" in available else available[0])
    counts = {name: 1 if is_stream(data) else len(data) for name, data in source.splits.items()}
    if not counts[found]:
        raise NoRows(source.id, found, [name for name, count in counts.items() if count])
    return found


def _columns(found: Found) -> list[str]:
    inputs = found.inputs
    return list(dict.fromkeys([inputs.text, *found.labels, *([inputs.text_pair] if inputs.text_pair else [])]))


def _read(source: Source, split: str, found: Found) -> dict[str, Sequence[Any]]:
    return source.read(split, _columns(found), found.labels)


def _validation_split(source: Source, split: str, found: Found) -> str | None:
    """Return the name of the split to hold out, besides the coded one, if it has the columns."""
    name = next((name for name in VALIDATION_NAMES if name in source.splits and name != split), None)
    fits = name is not None and {found.inputs.text, *found.labels} <= set(describe(source.splits[name]))
    return name if fits else None


def _info(source: Source, split: str, found: Found) -> dict[str, Any]:
    """Return the fields of `DatasetInfo` that rows do not decide."""
    columns = {"text": found.inputs.text, "text_pair": found.inputs.text_pair, "label": ", ".join(found.labels)}
    return {
        "id": source.id, "config": source.config, "split": split, "revision": source.revision, "columns": columns,
    }  # fmt: skip
