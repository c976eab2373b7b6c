"""A dataset as one side of a comparison: features, labels by name, and which inputs are the same on another side."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.coding.order import Examples

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.studies.given import Given

Arrays = Sequence[Any]
"""Features [N, d] and labels [N], and group ids [N] if there are copies."""


@dataclass(frozen=True, eq=False)
class Side:
    """Labels of `examples` are places in `names`; `keys`: uint64 [N], equal for labels of the same input on all sides.

    Texts are the same in the form that tasks group by, images and sounds by content, brought features by their numbers.
    """

    name: str
    features: Rows
    examples: Examples
    keys: np.ndarray
    names: tuple[str, ...]

    @property
    def rows(self) -> np.ndarray:
        """int64 [N]: the row of the features of each label."""
        return np.arange(len(self.keys)) if self.examples.rows is None else self.examples.rows

    def renamed(self, names: Mapping[str, str]) -> Side:
        """Return it with classes called as `names` has them; classes that get one name become one class."""
        called = [names.get(each, each) for each in self.names]
        kept = tuple(dict.fromkeys(called))
        places = np.array([kept.index(each) for each in called], np.int64)
        return replace(self, examples=self.examples.with_labels(places[self.examples.labels]), names=kept)


def side_of_task(name: str, given: Given) -> Side:
    """Return a task and its features as a side. Raises `UsageError` where a label is not one of several classes."""
    from lit_hf.errors import UsageError

    task = given.task
    if not task.target.one_class:
        raise UsageError(
            f"compare takes labels that are one of several classes, and those of {name} are {task.target.asked_as}.",
            "Name another `--label-column`, or leave out `--task`.",
        )
    return Side(name, given.features, task.examples, _keys(given), task.target.names)


def side_of_arrays(name: str, arrays: Arrays) -> Side:
    """Return features [N, d], labels [N] (numbers or words: their texts are the names) and groups as a side.

    Raises what `lit_hf.codelength` raises.
    """
    from lit_hf.coding.arrays import as_rows, checked
    from lit_hf.coding.given import plain
    from lit_hf.errors import BadSetting

    if len(arrays) not in (2, 3):
        raise BadSetting(name, f"{len(arrays)} arrays", "features and labels, and groups if there are copies")
    features, labels = as_rows(arrays[0], name), plain(arrays[1], f"labels of {name}")
    if labels.dtype.kind not in "iubUS":
        raise BadSetting(f"labels of {name}", labels.dtype, "whole numbers or words")
    values, places = np.unique(labels, return_inverse=True)
    places = places.reshape(labels.shape).astype(np.int64)
    examples, _ = checked(features, places, arrays[2] if len(arrays) == 3 else None, max(len(values), 2))
    keys = np.array([_digest(np.ascontiguousarray(row).tobytes()) for row in _blocks(features)], np.uint64)
    return Side(name, features, examples, keys, tuple(str(each) for each in values.tolist()))


def _keys(given: Given) -> np.ndarray:
    from lit_hf.runtime.inputs import medium_of, render
    from lit_hf.tasks.form import grouping_input

    task, found = given.task, dict[int, int]()
    for member in np.unique(task.members).tolist():
        value = task.inputs[member]
        if medium_of(value) == "row":
            content = np.asarray(given.features[np.array([member])]).tobytes()
        else:
            content = render(grouping_input(value))
        found[member] = _digest(content)
    return np.array([found[member] for member in task.members.tolist()], np.uint64)


def _blocks(features: Rows) -> Sequence[np.ndarray]:
    return [row for low in range(0, features.shape[0], 4096) for row in np.asarray(features[low : low + 4096])]


def _digest(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")
