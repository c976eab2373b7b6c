"""The task: what every later room knows of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Input = str | tuple[str, str] | int
"""One input as the encoder gets it: a text, a pair of texts, or the number of a row of features."""


@dataclass(frozen=True)
class DatasetInfo:
    """Where the examples came from, and what was left out."""

    id: str
    config: str | None
    split: str
    revision: str | None
    """Commit on the Hub; None for local data."""
    fingerprint: str
    """Hash of the inputs and labels of the split that can be used; the order of rows does not matter."""
    columns: Mapping[str, str | None]
    """`text`, `text_pair` and `label`: the columns that were read."""
    read: int
    """Rows of the split."""
    missing_labels: int
    empty_inputs: int
    duplicates: int
    """Usable rows whose input occurred before."""


@dataclass(frozen=True)
class Holdout:
    """Labelled inputs that are not in the coded stream: `labels` is int64 [M], one for each of `inputs`."""

    inputs: Sequence[Input]
    labels: np.ndarray
    source: str
    """"validation split" or "undrawn examples"."""


@dataclass(frozen=True)
class Task:
    """Labelled groups in stream order. A group is one distinct input with all its labels.

    The stream is one permutation of all distinct inputs, given by a hash that the seed keys. So it depends neither on
    the order of rows, nor on the labels, nor on `max_examples`: a smaller sample is a prefix of a larger one.
    """

    kind: str
    """"text-classification", "text-pair-classification" or "features"."""
    unit: str
    """What one label belongs to: "example"."""
    pool: Sequence[Input]
    """All distinct usable inputs of the split, in stream order."""
    size: int
    """Number of groups drawn: the task is `pool[:size]`."""
    labels: np.ndarray
    """int64 [N]: class of each drawn label; those of one group are adjacent and sorted."""
    groups: np.ndarray
    """int64 [N], non-decreasing: `pool[groups[i]]` is the input of label i. Every drawn group occurs."""
    classes: tuple[str, ...]
    """Names of the classes of the whole split, whatever is drawn."""
    holdout: Holdout | None
    dataset: DatasetInfo
