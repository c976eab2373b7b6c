"""What a dataset holds as the coder will get it: rows, what is dropped and why, labels by name, first examples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lit_hf.config import Settings, precomputed_file
from lit_hf.runtime.inputs import Image, Input, Sound, Words
from lit_hf.tasks.contract import Task
from lit_hf.tasks.load import load_opened, load_task
from lit_hf.tasks.loading import Source, is_stream, open_settings, read_columns

EXAMPLES = 3
ALL = 2**62
"""More labels than there are: the whole split is shown, not the sample that is coded."""


def show_dataset(settings: Settings) -> dict[str, Any]:
    """Return what is read of the settings' dataset, as plain values; raises what loading it raises."""
    if precomputed_file(settings.model) is not None:
        task, missing = load_task(settings), {}
    else:
        source = open_settings(settings)
        task = load_opened(settings if settings.streaming else replace(settings, max_examples=ALL), source)
        missing = words_for_nothing(source, task)
    info = task.dataset
    return {
        "dataset": {"id": info.id, "config": info.config, "split": info.split, "revision": info.revision},
        "read_as": info.read_as,
        "fingerprint": info.fingerprint,
        "kind": task.kind,
        "columns": dict(info.columns),
        "rows": info.read,
        "dropped": {
            "without_label": {"rows": info.missing_labels, "values": missing},
            "without_input": {"rows": info.empty_inputs},
        },
        "labels": len(task.labels),
        "groups": task.group_count,
        "duplicates": info.duplicates,
        "label_counts": label_counts(task),
        "examples": examples(task),
        "notes": list(info.notes),
    }


def label_counts(task: Task) -> dict[str, int]:
    """Return how many labels each class has, or how many rows each label holds of; of numbers those that occur most."""
    if task.labels.ndim == 2:
        return {name: int(count) for name, count in zip(task.classes, task.labels.sum(0), strict=True)}
    if task.classes:
        counts = np.bincount(task.labels, minlength=len(task.classes))
        return {name: int(count) for name, count in zip(task.classes, counts, strict=True)}
    values, found = np.unique(task.labels, return_counts=True)
    order = np.argsort(-found, kind="stable")[:10]
    return {task.target.speak(values[place]): int(found[place]) for place in order}


def examples(task: Task) -> list[dict[str, str]]:
    """Return the first examples of the stream, as the network will get them, with their labels."""
    return [
        {"input": spoken_input(task.inputs[place]), "label": _spoken_label(task, task.labels[task.members == place])}
        for place in range(min(EXAMPLES, task.size))
    ]


def spoken_input(value: Input) -> str:
    """Return an input in words: a text as it is, a pair with a bar between, an image or a sound by its name."""
    if isinstance(value, tuple):
        return " | ".join(value)
    if isinstance(value, Words):
        return " ".join(value.words)
    return value.name if isinstance(value, Image | Sound) else str(value)


def _spoken_label(task: Task, labels: np.ndarray) -> str:
    return "; ".join(task.target.speak(label) for label in labels)


def words_for_nothing(source: Source, task: Task) -> dict[str, int]:
    """Return which values of the label column stand for no label, with their counts; an empty field is "nothing"."""
    label, split = task.dataset.columns["label"], task.dataset.split
    data = source.splits[split]
    if label is None or is_stream(data) or label not in data.features or not task.dataset.missing_labels:
        return {}
    values = read_columns(data, [label])[label]
    empty = sum(value is None or value == "" or value != value for value in values)
    spelled = source.readings[split].missing.get(label, {}) if split in source.readings else {}
    words = {**spelled, "nothing": empty - sum(spelled.values())}
    for word in {source.missing_label, *(() if "-1" in task.classes else ("-1",))} - {None}:
        words[str(word)] = sum(str(value) == word for value in values)
    return {word: count for word, count in words.items() if count}
