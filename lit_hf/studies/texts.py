"""The inputs that a record was made from, read from its dataset anew: records hold no texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lit_hf.config import PRECOMPUTED, from_mapping
from lit_hf.config.names import exists
from lit_hf.errors import LitError
from lit_hf.records.record import Record
from lit_hf.reports.page.hardest import Excerpt, sentence, shortened
from lit_hf.runtime.inputs import Image, Sound, Words, rows_of

if TYPE_CHECKING:
    from lit_hf.reports.page.hardest import Reader
    from lit_hf.tasks import Task


def task_of(record: Record, data: str | None = None) -> Task | None:
    """Return the record's task, or None when its dataset is not here any more, or is another one now.

    data: where the dataset is now, if not where it was.
    """
    from lit_hf.tasks import load_task

    settings = record.rerun_settings() | ({} if data is None else {"dataset": data})
    local = record["dataset"]["revision"] is None
    if data is None and local and not exists(str(settings["dataset"]).removeprefix(PRECOMPUTED)):
        return None  # a file that is gone: the Hub is not asked for its name
    try:
        task = load_task(from_mapping(settings, "the record"))
    except LitError:
        return None
    return task if task.dataset.fingerprint == record["dataset"]["fingerprint"] else None


def plain_input(value: Any) -> Any:
    """Return an input as JSON has it: a text, a list of two texts or of words, or the name of a file."""
    if isinstance(value, Image | Sound):
        return value.name
    if isinstance(value, Words):
        return list(value.words)
    return list(value) if isinstance(value, tuple) else value


def reader(task: Task) -> Reader:
    """Return what shows the input of a label of `task`, shortened; a word stands in its sentence."""
    import numpy as np

    starts = np.concatenate([[0], np.cumsum([rows_of(task.inputs[place]) for place in range(task.size)])])

    def read(index: int) -> Excerpt:
        member = int(task.members[index])
        value = task.inputs[member]
        if isinstance(value, Words):
            return sentence(value.words, int(task.feature_rows[index] - starts[member]))
        if isinstance(value, Image | Sound):
            return Excerpt((value.name,))
        if isinstance(value, int):
            return Excerpt((f"row {value:,} of the file",))
        return Excerpt(tuple(shortened(text) for text in ((value,) if isinstance(value, str) else value)))

    return read
