"""Small tables of reviews, written as people's tools write them, and the tasks that they become."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lit_hf.config import from_mapping
from lit_hf.tasks import Task, load_task

Rows = list[tuple[Any, ...]]


def reviews(labels: Sequence[Any], count: int = 60) -> Rows:
    """Return rows of a text of its own and a label, in turn."""
    return [(f"review number {place} is a text", labels[place % len(labels)]) for place in range(count)]


def write(path: Path, rows: Iterable[Sequence[Any]], names: Sequence[str] = ("text", "label"), **how: Any) -> Path:
    """Write a csv as Python's csv module does; `encoding` is the file's, the rest its dialect's."""
    encoding = how.pop("encoding", "utf-8")
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **how).writerows([names, *rows])
    return path


def task_of(path: Path | str, **settings: Any) -> Task:
    """Return the task of a file or folder."""
    cache = Path(path).parent / "cache"
    return load_task(from_mapping({"model": "m", "dataset": str(path), "cache_dir": str(cache), **settings}, "a test"))


def labels_by_text(task: Task) -> dict[Any, Any]:
    """Return the name of each input's label."""
    return {
        task.inputs[group]: task.classes[label] for group, label in zip(task.groups, task.labels, strict=True)
    }  # fmt: skip
