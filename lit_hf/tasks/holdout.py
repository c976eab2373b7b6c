"""Labelled inputs beside the stream, for a held-out metric."""

from __future__ import annotations

import numpy as np

from lit_hf.tasks.contract import Holdout
from lit_hf.tasks.form import grouping_input
from lit_hf.tasks.stream import Stream

LIMIT = 2_000
"""Labels at most: beyond, a metric's error is below a hundredth and embedding only costs time."""
LEAST = 20
"""Labels at least: below, a metric says nothing."""


def make_holdout(validation: Stream | None, stream: Stream, size: int) -> Holdout | None:
    """Return inputs of the validation split of which no near-copy is coded, else undrawn groups, else None.

    `size`: the number of inputs of `stream` that are coded, which are whole groups.
    """
    if validation is not None:
        coded = {grouping_input(value) for value in stream.inputs[:size]}
        fresh = [index for index, value in enumerate(validation.inputs) if grouping_input(value) not in coded]
        found = _take(validation, fresh, "validation split")
        if found is not None:
            return found
    return _take(stream, list(range(size, len(stream.inputs)))[:LIMIT], "undrawn examples")


def _take(stream: Stream, indices: list[int], source: str) -> Holdout | None:
    """Return the first `LIMIT` labels of these inputs, an input repeated for each of its labels."""
    pairs = [(stream.inputs[index], label) for index in indices for label in stream.labels[index]]
    if len(pairs) < LEAST:
        return None
    inputs, labels = zip(*pairs[:LIMIT], strict=True)
    return Holdout(list(inputs), np.array(labels, dtype=np.int64), source)
