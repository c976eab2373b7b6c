"""All checks in a row, and the door for texts or hashes that lie in Python sequences."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lit_hf.checks.conflicts import find_conflicts
from lit_hf.checks.contract import Content, Data
from lit_hf.checks.corpus import read_corpus
from lit_hf.checks.duplicates import find_duplicates
from lit_hf.checks.labels import as_labels
from lit_hf.checks.lengths import text_lengths
from lit_hf.checks.result import DataCheck
from lit_hf.checks.shortcuts import find_shortcuts
from lit_hf.checks.small import find_small
from lit_hf.checks.verdict import find_all
from lit_hf.errors import BadSetting


def check(
    inputs: Sequence[Any],
    labels: Sequence[Any],
    *,
    test: tuple[Sequence[Any], Sequence[Any] | None] | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> DataCheck:
    """Find what would make a score on labelled data unfair: no encoder, no model, in seconds.

    inputs: texts, pairs of texts, or what stands for other inputs and is compared exactly: bytes or whole numbers (a
    hash of the content), or arrays (rows of numbers). None and blank texts are empty.
    labels: classes (texts or whole numbers), numbers, or rows of labels that may hold together; None where there is
    none. test: inputs and labels of another split, labels None if it has none. columns: other columns of the rows of
    `inputs`, by name, tried as shortcuts.
    Raises `BadSetting` when lengths differ or inputs are of several kinds.
    """
    others = {} if test is None else {"test": test}
    _require_lengths(inputs, labels, others, columns or {})
    everything = [_content(value) for value in (*inputs, *(each for found in others.values() for each in found[0]))]
    raw = [*labels]
    for values, found in others.values():
        raw += [None] * len(values) if found is None else [*found]
    starts = np.cumsum([0, len(inputs), *(len(found[0]) for found in others.values())])
    parts = _parts(everything)
    data = Data(
        ("train", *others), starts, everything, as_labels(raw, len(inputs)), parts, columns or {},
        text_lengths(everything[: len(inputs)], parts),
    )  # fmt: skip
    return run_checks(data)


def run_checks(data: Data) -> DataCheck:
    """Return what all checks find in `data`."""
    corpus = read_corpus(data.inputs)
    copies = find_duplicates(data, corpus)
    conflicts = find_conflicts(data.labels, corpus, copies.pairs)
    shortcuts = find_shortcuts(data, corpus)
    small = find_small(data)
    findings = find_all(data, copies, conflicts, shortcuts, small)
    return DataCheck(tuple(findings), copies, conflicts, shortcuts, small, data)


def _content(value: Any) -> Content | None:
    if isinstance(value, np.ndarray):
        return hashlib.blake2b(repr((value.dtype, value.shape)).encode() + value.tobytes(), digest_size=16).digest()
    texts = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else None
    if texts is None:
        return int(value) if isinstance(value, np.integer) else value
    if any(each is None or not str(each).strip() for each in texts):
        return None
    return texts[0] if isinstance(value, str) else texts


def _parts(inputs: Sequence[Content | None]) -> tuple[str, ...]:
    """Return names of the texts of an input; raise `BadSetting` when inputs are of several kinds."""
    shapes = {len(value) if isinstance(value, tuple) else type(value).__name__ for value in inputs if value is not None}
    if len(shapes) > 1:
        raise BadSetting("inputs", f"{len(shapes)} kinds of values", "all texts, all pairs of texts, or all hashes")
    wide = next((shape for shape in shapes if isinstance(shape, int)), 1)
    return ("the text",) if wide == 1 else tuple(f"text {place + 1}" for place in range(wide))


def _require_lengths(
    inputs: Sequence[Any], labels: Sequence[Any], others: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]
) -> None:
    if len(inputs) == 0:
        raise BadSetting("inputs", "empty", "at least one input")
    pairs = [("labels", labels, inputs), *((f"column {name}", each, inputs) for name, each in columns.items())]
    pairs += [(f"labels of {name}", found[1], found[0]) for name, found in others.items() if found[1] is not None]
    for name, values, against in pairs:
        if len(values) != len(against):
            raise BadSetting(name, f"{len(values)} values", f"one for each of {len(against)} inputs")
