"""Labelled inputs beside the stream, for a held-out metric."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from lit_hf.config.data import LEAST
from lit_hf.tasks.contract import Holdout
from lit_hf.tasks.form import grouping_input
from lit_hf.tasks.stream import Stream


def make_holdout(validation: Stream | None, stream: Stream, size: int, limit: int) -> Holdout | None:
    """Return inputs of the validation split of which no near-copy is coded, else undrawn groups, else None.

    `size`: the number of inputs of `stream` that are coded, which are whole groups; `limit`: labels at most.
    """
    if validation is not None:
        coded = {grouping_input(value) for value in stream.inputs[:size]}
        fresh = (index for index, value in enumerate(validation.inputs) if grouping_input(value) not in coded)
        found = _take(validation, fresh, "validation split", limit)
        if found is not None:
            return found
    return _take(stream, range(size, len(stream.inputs)), "undrawn examples", limit)


def _take(stream: Stream, indices: Iterable[int], source: str, limit: int) -> Holdout | None:
    """Return the first `limit` labels of these inputs, an input repeated for each of its labels."""
    pairs = list(islice(((index, label) for index in indices for label in stream.labels_of(index)), limit))
    if len(pairs) < LEAST:
        return None
    owners, labels = np.array(pairs, dtype=np.int64).T
    groups = stream.groups[owners].astype(np.int64)
    return Holdout([stream.inputs[index] for index in owners], labels, source, groups=groups)
