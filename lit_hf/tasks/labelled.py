"""Labelled rows over inputs of any kind, and the task made of them.

What a label is, its target says; grouping, order, sample and held-out rows are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lit_hf.config import Settings
from lit_hf.errors import BadSetting, NoUsableInputs, TooFewExamples
from lit_hf.runtime.inputs import render
from lit_hf.tasks.contract import DatasetInfo, Holdout, Input, Task
from lit_hf.tasks.holdout import make_holdout
from lit_hf.tasks.lazy import ROWS, chosen
from lit_hf.tasks.stream import (
    Stream,
    build_stream,
    copies_note,
    draw,
    fingerprint,
    form_of,
    grouped_fingerprint,
    index_type,
    near_copies,
)

if TYPE_CHECKING:
    from lit_hf.tasks.targets.contract import Target


@dataclass(frozen=True, eq=False)
class Labelled:
    """Usable rows of one split: `labels` int64 [n] or [n, L]; the counts are those of `DatasetInfo`.

    `order` [n]: the rows in the order of their labels, in which those of a group lie whatever the order of rows is.
    `kept` [n]: where each row stands in the split as it is loaded.
    """

    inputs: Sequence[Input]
    labels: np.ndarray
    order: np.ndarray
    kept: np.ndarray
    read: int
    missing_labels: int
    empty_inputs: int

    @classmethod
    def of(cls, inputs: Sequence[Input | None], labels: np.ndarray, known: np.ndarray) -> Labelled:
        """Keep the rows that have an input and a label (`known` bool [n])."""
        whole = np.fromiter((value is not None for value in inputs), bool, len(inputs))
        kept = np.flatnonzero(whole & known)
        usable = cast("Sequence[Input]", chosen(inputs, kept))
        labels = labels if len(kept) == len(inputs) else labels[kept]
        order = np.lexsort(np.atleast_2d(labels.T)[::-1]).astype(index_type(len(labels)))
        counts = len(inputs), int((whole & ~known).sum()), int((~whole).sum())
        return cls(usable, labels, order, kept.astype(index_type(len(inputs))), *counts)

    @property
    def ranks(self) -> np.ndarray:
        """Whole numbers [n]: the place of each row in `order`."""
        found = np.empty_like(self.order)
        found[self.order] = np.arange(len(found), dtype=found.dtype)
        return found

    def ranked(self, ranks: np.ndarray) -> np.ndarray:
        """Return the labels of the rows that have these places."""
        return self.labels[self.order[ranks]]

    def split_rows(self, ranks: np.ndarray) -> np.ndarray:
        """Return where the rows that have these places stand in the split as it is loaded."""
        return self.kept[self.order[ranks]]


@dataclass(frozen=True)
class Labelling:
    """What labels and inputs are: `kind` of the inputs, their `unit`, what makes two inputs one, and what one group."""

    target: Target
    kind: str
    unit: str
    content: Callable[[Input], bytes] = render
    form: Callable[[Input], bytes] = form_of


def assemble(
    settings: Settings, what: Labelling, rows: Labelled, validation: Labelled | None, info: dict[str, Any], needed: int
) -> Task:  # fmt: skip
    """Return the task; `info`: the fields of `DatasetInfo` that rows do not decide.

    Raises `NoUsableInputs`, `TooFewExamples` below `needed` labels, `TooFewClasses`, and `BadSetting` for a block code
    of labels that have none.
    """
    _require(settings, what.target, rows, str(info["columns"]["text"]), needed)
    stream = _stream(rows, settings.seed, what)
    drawn = draw(stream, settings.max_examples)
    if len(drawn.labels) < needed:
        raise TooFewExamples(len(drawn.labels), needed)
    other = None if validation is None else _stream(validation, settings.seed, what)
    copies = near_copies(stream)
    exact = fingerprint(rows.inputs, _identities(what.target, rows.labels), what.content)
    notes = (*info.pop("notes", ()), *copies_note(copies, "are one group with these, coded together"))
    dataset = DatasetInfo(
        **info, notes=notes, fingerprint=grouped_fingerprint(exact, copies), read=rows.read,
        missing_labels=rows.missing_labels,
        empty_inputs=rows.empty_inputs, duplicates=len(rows.inputs) - len(stream.inputs), near_copies=copies,
    )  # fmt: skip
    named = what.target.asked_as
    return Task(
        kind=named or what.kind, unit=what.unit, inputs=stream.inputs, size=drawn.size,
        labels=rows.ranked(drawn.labels), groups=drawn.groups, target=what.target,
        holdout=_holdout(make_holdout(other, stream, drawn.size, settings.held_out), rows, validation), dataset=dataset,
        own_inputs=drawn.members if copies else None, reads=what.kind if named else None,
        split_rows=rows.split_rows(drawn.labels),
    )  # fmt: skip


def _require(settings: Settings, target: Target, rows: Labelled, text: str, needed: int) -> None:
    if settings.code != "online" and not target.has_block_codes:
        raise BadSetting("code", settings.code, f"online: {target.asked_as} has no block code")
    if rows.read and rows.empty_inputs == rows.read:
        raise NoUsableInputs(text)
    if len(rows.labels) < needed:
        raise TooFewExamples(len(rows.labels), needed)
    target.require_usable(rows.labels)


def _stream(rows: Labelled, seed: int, what: Labelling) -> Stream:
    """Return the stream whose "labels" are the places of rows in the order of their labels."""
    return build_stream(rows.inputs, rows.ranks, seed, what.content, what.form)


def _identities(target: Target, labels: np.ndarray) -> Iterator[str]:
    for start in range(0, len(labels), ROWS):
        yield from target.identity(labels[start : start + ROWS])


def _holdout(found: Holdout | None, rows: Labelled, validation: Labelled | None) -> Holdout | None:
    """Turn places of rows into their labels."""
    if found is None:
        return None
    source = validation if validation is not None and found.source == "validation split" else rows
    return replace(found, labels=source.ranked(found.labels))
