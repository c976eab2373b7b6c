"""Training sets that the user names (`--trained-on`): how many of the coded inputs lie in them, counted exactly.

A card may name no dataset, or name it otherwise; the inputs themselves cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings
from lit_hf.errors import BadSetting
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.inputs import Input, Words
from lit_hf.tasks.loading import Source, describe, open_source, read_columns
from lit_hf.tasks.overlap import Overlap, TrainingSet
from lit_hf.tasks.tables import TableOptions

if TYPE_CHECKING:
    from lit_hf.tasks.contract import Task

ROWS_AT_ONCE = 10_000
MEDIA = ("image", "sound")


def with_training_sets(task: Task, settings: Settings) -> Task:
    """Return the task with its overlap with `settings.trained_on`, which is also noted.

    Raises `BadSetting` for a task of images, sounds or brought rows, and what `open_source` raises.
    """
    if settings.trained_on is None:
        return task
    if task.medium != "text":
        raise BadSetting("trained_on", list(settings.trained_on), "left out: overlaps are counted for texts alone")
    coded = {shown(value) for value in task.inputs[: task.size]}
    found, sets = set[Any](), list[TrainingSet]()
    for name in settings.trained_on:
        options = TableOptions(None, None, cache_root(settings.cache_dir) / "tables")
        source = open_source(name, options=options)
        split = "train" if "train" in source.splits else next(iter(source.splits))
        shared = _shared(coded, source, split, task.dataset.columns, isinstance(task.inputs[0], tuple))
        rows = len(source.splits[split])
        sets.append(TrainingSet(source.id, source.config, split, source.revision, rows, len(shared)))
        found |= shared
    overlap = Overlap(tuple(sets), len(found), len(coded))
    info = replace(task.dataset, trained_on=overlap, notes=(*task.dataset.notes, overlap.note))
    return replace(task, dataset=info)


def shown(value: Input) -> Any:
    """Return an input as it is compared: a text; a pair without its order; the words of a sentence."""
    if isinstance(value, Words):
        return value.words
    return frozenset(value) if isinstance(value, tuple) else value


def _shared(coded: set[Any], source: Source, split: str, columns: Mapping[str, str | None], pairs: bool) -> set[Any]:
    """Return what of `coded` occurs in a split: in the columns that the task reads, where it has them, else in any."""
    data = source.splits[split]
    schema = describe(data)
    own = [name for name in (columns.get("text"), columns.get("text_pair")) if name is not None]
    names = own if set(own) <= set(schema) else [name for name, each in schema.items() if each.type not in MEDIA]
    if split in source.readings:
        source.readings[split].require(names)
    found = set[Any]()
    for start in range(0, len(data), ROWS_AT_ONCE):
        table = read_columns(data.select(range(start, min(start + ROWS_AT_ONCE, len(data)))), names)
        for row in zip(*table.values(), strict=True):
            found.update(each for each in _candidates(row, pairs) if each in coded)
    return found


def _candidates(row: tuple[Any, ...], pairs: bool) -> Iterator[Any]:
    """Yield what a row may hold as an input: its texts and lists of words, or each two of its texts."""
    texts = [str(value) for value in row if isinstance(value, str | int | float)]
    if pairs:
        yield from (frozenset((one, other)) for place, one in enumerate(texts) for other in texts[place + 1 :])
        return
    yield from texts
    yield from (tuple(map(str, value)) for value in row if isinstance(value, list))
