"""Label errors of what a command is given: a stored record's own orders, or a dataset with an encoder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.coding.opinion import Opinion, together
from lit_hf.records.said import said
from lit_hf.runtime.inputs import Words, rows_of
from lit_hf.studies.about import dataset_section, model_section, require_online
from lit_hf.studies.given import embedded, require_arrays
from lit_hf.studies.label_errors import About, How, LabelErrors, conflicting, find_errors

if TYPE_CHECKING:
    from lit_hf.config import Settings
    from lit_hf.records.record import Record
    from lit_hf.runtime.progress import Progress
    from lit_hf.tasks import Task


def errors_in_data(settings: Settings, progress: Progress | None = None, *, planted: bool = True) -> LabelErrors:
    """Return the label errors of a dataset by an encoder; `settings.orders` rotated orders are coded."""
    require_online(settings, "data errors")
    given = embedded(settings, progress)
    how = How(given.code, settings.orders, settings.seed, planted, keep=True, cache_dir=settings.cache_dir)
    found = find_errors(given.features, given.examples, given.task.target, how, progress)
    about = replace(found.about, dataset=dataset_section(given.task), model=model_section(given.job))
    return replace(found, about=_with_inputs(about, given.task))


def errors_in_record(record: Record) -> LabelErrors:
    """Return the weaker list of a record: what its own orders say, without suggestions; nothing is embedded or coded.

    Inputs are read from its dataset where that is here, and the same. Raises `LacksPart`.
    """
    from lit_hf.coding.order import Examples
    from lit_hf.studies.texts import task_of

    require_arrays(record, "labels", "order", "bits_encoder")
    labels, order = (np.asarray(record.arrays[name]) for name in ("labels", "order"))
    groups = np.asarray(record.arrays.get("groups", np.arange(len(labels))))
    bits = np.asarray(record.arrays["bits_encoder"])
    nothing = np.zeros((len(labels), 1))
    found = together(
        Opinion(np.exp2(-row), nothing, np.argsort(index) + 1) for row, index in zip(bits, order, strict=True)
    )
    spoken = said(record["dataset"])
    about = About(_dataset(record), _model(record), record["id"], orders=len(bits), seed=_seed(record))
    task = task_of(record)
    return LabelErrors(
        found.bits, found.deviation, tuple(map(spoken.label, labels.tolist())), None, None,
        conflicting(Examples(labels, groups)), (), about if task is None else _with_inputs(about, task),
    )  # fmt: skip


def _dataset(record: Record) -> dict[str, Any]:
    names = ("id", "config", "split", "revision", "fingerprint", "examples", "kind", "labels_are")
    return {name: record["dataset"].get(name) for name in names}


def _model(record: Record) -> dict[str, Any]:
    return {name: record["model"].get(name) for name in ("id", "revision")}


def _seed(record: Record) -> int:
    return int(record["settings"]["resolved"].get("seed", 0))


def _with_inputs(about: About, task: Task) -> About:
    starts = np.concatenate([[0], np.cumsum([rows_of(each) for each in task.inputs[: task.size]])])
    texts = [_texts(task, place, starts) for place in range(len(task.labels))]
    return replace(about, rows=task.split_rows, inputs=texts)


def _texts(task: Task, place: int, starts: np.ndarray) -> tuple[str, ...]:
    """Return the input of a label as texts: a pair has two, a word stands beside its sentence, a row has none."""
    from lit_hf.studies.texts import plain_input

    member = int(task.members[place])
    value = task.inputs[member]
    if isinstance(value, int):
        return ()
    if isinstance(value, Words):
        return _written(" ".join(value.words), value.words[int(task.feature_rows[place] - starts[member])])
    found = plain_input(value)
    return _written(*(found if isinstance(found, list) else [found]))


def _written(*texts: str) -> tuple[str, ...]:
    """Return texts that a file can hold: half a character is replaced."""
    return tuple(text.encode("utf-8", "replace").decode() for text in texts)
