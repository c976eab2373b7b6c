"""Labels that are no classes, over inputs of any kind: what a row's label becomes, and a task made of such rows.

A kind of labels is one module (`regression`, `label_sets`) that says which datasets are its own and encodes raw values
as whole numbers: bins [N] of numbers, or [N, L] of 0 and 1. Grouping, order, sample and held-out rows are those of all
tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.config import Settings
from lit_hf.errors import BadSetting, NoUsableInputs, TooFewExamples
from lit_hf.tasks.contract import DatasetInfo, Holdout, Input, Task
from lit_hf.tasks.holdout import make_holdout
from lit_hf.tasks.stream import Stream, build_stream, draw, fingerprint, flatten, render


@dataclass(frozen=True)
class Encoding:
    """What whole numbers stand for: L `names` of labels that may hold together, or bins of `width`."""

    kind: str
    names: tuple[str, ...] = ()
    width: float | None = None


@dataclass(frozen=True)
class Labelled:
    """Usable rows of one split: `labels` int64 [n] or [n, L]; the counts are those of `DatasetInfo`."""

    inputs: list[Input]
    labels: np.ndarray
    read: int
    missing_labels: int
    empty_inputs: int

    @classmethod
    def of(cls, inputs: Sequence[Input | None], labels: np.ndarray, known: np.ndarray) -> Labelled:
        """Keep the rows that have an input and a label (`known` bool [n]); they are put in the order of their labels.

        Within a group labels then lie in an order that the rows of the dataset do not change.
        """
        whole = np.array([value is not None for value in inputs], dtype=bool)
        kept = np.flatnonzero(whole & known)
        order = kept[np.lexsort(labels[kept].reshape(len(kept), -1).T[::-1])]
        chosen = [value for index in order if (value := inputs[index]) is not None]
        return cls(chosen, labels[order], len(inputs), int((whole & ~known).sum()), int((~whole).sum()))


def assemble(
    settings: Settings, rows: Labelled, validation: Labelled | None, info: dict[str, Any], encoding: Encoding, *,
    reads: str, needed: int, content: Callable[[Input], bytes] = render,
) -> Task:  # fmt: skip
    """Return the task; `info`: the fields of `DatasetInfo` that rows do not decide; `reads`: the kind of the inputs.

    content: what makes two inputs one.
    Raises `NoUsableInputs`, `TooFewExamples`, and `BadSetting` for a block code, which knows classes only.
    """
    if settings.code != "online":
        raise BadSetting("code", settings.code, f"online: {encoding.kind} has no block code")
    if rows.read and rows.empty_inputs == rows.read:
        raise NoUsableInputs(str(info["columns"]["text"]))
    if len(rows.labels) < needed:
        raise TooFewExamples(len(rows.labels), needed)
    stream = _stream(rows, settings.seed, content)
    size = draw(stream, settings.max_examples)
    drawn, groups = flatten(stream.labels[:size])
    if len(drawn) < needed:
        raise TooFewExamples(len(drawn), needed)
    other = None if validation is None else _stream(validation, settings.seed, content)
    dataset = DatasetInfo(
        **info, fingerprint=fingerprint(rows.inputs, _spoken(rows.labels, encoding), content), read=rows.read,
        missing_labels=rows.missing_labels, empty_inputs=rows.empty_inputs,
        duplicates=len(rows.inputs) - len(stream.inputs),
    )  # fmt: skip
    return Task(
        kind=encoding.kind, unit="example", inputs=stream.inputs, size=size, labels=rows.labels[drawn], groups=groups,
        classes=encoding.names, holdout=_holdout(make_holdout(other, stream, size), rows, validation), dataset=dataset,
        reads=reads, width=encoding.width,
    )  # fmt: skip


def _stream(rows: Labelled, seed: int, content: Callable[[Input], bytes]) -> Stream:
    """Return the stream whose "labels" are the numbers of rows."""
    return build_stream(rows.inputs, list(range(len(rows.inputs))), seed, content)


def _holdout(found: Holdout | None, rows: Labelled, validation: Labelled | None) -> Holdout | None:
    """Turn numbers of rows into their labels."""
    if found is None:
        return None
    source = validation if validation is not None and found.source == "validation split" else rows
    return Holdout(found.inputs, source.labels[found.labels], found.source)


def _spoken(labels: np.ndarray, encoding: Encoding) -> list[str]:
    """Return each label as text: the width and its bin, or the names that hold."""
    if encoding.width is not None:
        return [f"{encoding.width!r} {number}" for number in labels.tolist()]
    return ["\n".join(name for name, holds in zip(encoding.names, row, strict=True) if holds) for row in labels]
