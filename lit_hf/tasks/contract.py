"""The task: what every later room knows of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.runtime.inputs import Input, medium_of, rows_of

if TYPE_CHECKING:
    from lit_hf.coding.order import Examples
    from lit_hf.tasks.overlap import Overlap
    from lit_hf.tasks.targets.contract import HeldOut, Target

__all__ = ["DatasetInfo", "Holdout", "Input", "Task"]


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
    read_as: str | None = None
    """Of a local table: format, separator and encoding, in words."""
    near_copies: int = 0
    """Distinct inputs that share a group with another one: they differ in case, white space or Unicode form alone."""
    trained_on: Overlap | None = None
    """What the drawn inputs share with the training sets that the user named."""
    notes: tuple[str, ...] = ()
    """What a reader of the result must be told of how it was read."""


@dataclass(frozen=True)
class Holdout:
    """Labelled inputs that are not in the coded stream: `labels` is int64 [M], or [M, L] as in the task.

    `rows`, int64 [M]: the row of the features of `inputs` that each label belongs to; None: one for each, in order.
    """

    inputs: Sequence[Input]
    labels: np.ndarray
    source: str
    """"validation split" or "undrawn examples"."""
    rows: np.ndarray | None = None
    groups: np.ndarray | None = None
    """int64 [M]: labels of equal ones belong to one input or to near-copies; None: each stands by itself."""


@dataclass(frozen=True)
class Task:
    """Labelled groups in stream order. A group is one distinct input with all its labels, or several near-copies.

    The stream is one permutation of all distinct inputs, given by a hash that the seed keys. So it depends neither on
    the order of rows, nor on the labels, nor on `max_examples`: a smaller sample is a prefix of a larger one.
    """

    kind: str
    """"text-classification", "text-pair-classification", "token-classification", "features", ...; where the target has
    a name that `--task` may ask for, that name, and `reads` is the kind of the inputs."""
    unit: str
    """What one label belongs to: "example" or "token"."""
    inputs: Sequence[Input]
    """All distinct usable inputs of the split, in stream order."""
    size: int
    """Number of inputs drawn: the task is `inputs[:size]`, whole groups."""
    labels: np.ndarray
    """int64 [N], or [N, L]: what they stand for is the target's to say; those of one group are adjacent and sorted."""
    groups: np.ndarray
    """int64 [N], non-decreasing: the group of label i, counted from 0. Every drawn group occurs."""
    target: Target
    """What the labels are, in the whole split, whatever is drawn."""
    holdout: Holdout | None
    dataset: DatasetInfo
    rows: np.ndarray | None = None
    """int64 [N]: the row of the features that each label belongs to; None: that of its input."""
    own_inputs: np.ndarray | None = None
    """int64 [N], non-decreasing: `inputs[own_inputs[i]]` is the input of label i; None: each group is one input."""
    reads: str | None = None
    """Kind of the inputs where `kind` says what the labels are."""
    streamed: bool = False
    """True for a stream in its order of arrival: nothing was drawn, and each example is a group of its own."""
    split_rows: np.ndarray | None = None
    """int64 [N]: where the row of each label stands in the split as it is loaded, from 0; None of a stream."""

    @property
    def feature_rows(self) -> np.ndarray:
        """int64 [N]: the row of the features that each label belongs to."""
        return self.members if self.rows is None else self.rows

    @property
    def members(self) -> np.ndarray:
        """int64 [N], non-decreasing: `inputs[members[i]]` is the input of label i."""
        return self.groups if self.own_inputs is None else self.own_inputs

    @property
    def group_of_inputs(self) -> np.ndarray:
        """int64 [size]: the group of each drawn input."""
        found = np.empty(self.size, dtype=np.int64)
        found[self.members] = self.groups
        return found

    @property
    def group_count(self) -> int:
        """Number of groups drawn."""
        return int(self.groups[-1]) + 1

    def input_of_group(self, group: int) -> Input:
        """Return the first input of a group."""
        return self.inputs[int(self.members[np.searchsorted(self.groups, group)])]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, or of the labels that may hold together; none of numbers."""
        return self.target.names

    @property
    def examples(self) -> Examples:
        """What is coded, in stream order."""
        from lit_hf.coding.order import Examples

        return Examples(self.labels, self.groups, self.feature_rows)

    @property
    def held_out(self) -> HeldOut | None:
        """The held-out labels and how predictions of them are judged, or None."""
        from lit_hf.tasks.targets.contract import HeldOut

        return None if self.holdout is None else HeldOut(self.target, self.holdout.labels, self.holdout.groups)

    @property
    def medium(self) -> str:
        """What an input is: "text", "row", "image" or "sound"."""
        return medium_of(self.inputs[0])

    @property
    def row_count(self) -> int:
        """Rows of features of the drawn groups."""
        return sum(map(rows_of, self.inputs[: self.size]))
