"""By what labels are cut: the label itself, the length of the input, a cluster of the features, or a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import UsageError
from lit_hf.runtime.inputs import Image, Sound, Words
from lit_hf.studies.slicing import require_few

if TYPE_CHECKING:
    from lit_hf.config import Settings
    from lit_hf.records.said import Said
    from lit_hf.runtime.inputs import Input
    from lit_hf.studies.given import Given
    from lit_hf.tasks import Task

LABEL, LENGTH, CLUSTER, COLUMN = "label", "length", "cluster:", "column:"


@dataclass(frozen=True, eq=False)
class Read:
    """What is at hand of the labels that are cut.

    labels: int64 [N] or [N, L], in stream order, and what they `said` of themselves. read: the task with its settings,
    from the dataset. embed: the task with its features.
    """

    labels: np.ndarray
    said: Said
    read: Callable[[], tuple[Task, Settings]]
    embed: Callable[[], Given]
    seed: int = 0


def values_by(by: str, found: Read) -> Sequence[Any]:
    """Return a value for each label.

    by: label, length, cluster:K, or a column; column:NAME for one that is called like these. Raises `UsageError`,
    `MissingColumn`, `BadSetting`, and what reading a dataset raises.
    """
    if by == LABEL:
        return values_of_labels(found.labels, found.said)
    if by == LENGTH:
        task = found.read()[0]
        lengths = [_length(each) for each in task.inputs[: task.size]]
        return [lengths[member] for member in task.members.tolist()]
    if by.startswith(CLUSTER):
        return clusters(found.embed(), clusters_asked(by), found.seed)
    from lit_hf.tasks.column import column_of_labels

    return column_of_labels(*found.read(), by.removeprefix(COLUMN))


def require_askable(by: Sequence[str]) -> None:
    """Raise `UsageError` for what no dataset could be cut by, before anything is read."""
    require_few(by)
    for name in by:
        if name.startswith(CLUSTER):
            clusters_asked(name)


def needs_dataset(by: str) -> bool:
    """Tell whether the inputs or columns of the dataset are read for it."""
    return by != LABEL


def clusters_asked(by: str) -> int:
    """Return K of cluster:K; raise `UsageError` unless it is a whole number of at least 2."""
    asked = by.removeprefix(CLUSTER)
    if not (asked.isascii() and asked.isdigit() and 2 <= int(asked) <= 1_000):
        raise UsageError(f"{by!r} names no number of clusters from 2 to 1,000.", "Write `--by cluster:8`.")
    return int(asked)


def values_of_labels(labels: np.ndarray, said: Said) -> list[Any]:
    """Return each label in words, or the number that it stands for."""
    if said.scale is not None:
        return [float(said.scale["origin"] + each * said.scale["step"]) for each in labels.tolist()]
    return [said.label(each) for each in labels.tolist()]


def clusters(given: Given, count: int, seed: int) -> list[str]:
    """Return the cluster of the features of each label by k-means: "cluster 1" is the largest."""
    from sklearn.cluster import KMeans

    rows = np.asarray(given.features.array())[given.task.feature_rows]
    distinct = len(np.unique(rows, axis=0))
    if count > distinct:
        raise UsageError(f"{count} clusters of {distinct:,} different rows.", f"Ask for `cluster:{max(distinct, 2)}`.")
    found = KMeans(count, n_init=3, random_state=seed).fit_predict(rows)
    sizes = np.bincount(found, minlength=count)
    place = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")
    return [f"cluster {place[each] + 1}" for each in found]


def _length(value: Input) -> float:
    if isinstance(value, Image):
        return float(np.prod(value.load().shape[:2]))
    if isinstance(value, Sound):
        wave = value.load()
        return len(wave.samples) / wave.rate
    if isinstance(value, int):
        raise UsageError(
            "the rows of a file of features have no length.", "Cut them by `--by label` or `--by cluster:8`."
        )
    return len(value.words) if isinstance(value, Words) else sum(len(text) for text in _texts(value))


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
