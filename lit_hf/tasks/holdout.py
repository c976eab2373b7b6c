"""Labelled inputs beside the stream, for a held-out metric."""

from __future__ import annotations

from lit_hf.tasks.contract import Holdout
from lit_hf.tasks.stream import Stream, flatten

LIMIT = 2_000
"""Labels at most: beyond, a metric's error is below a hundredth and embedding only costs time."""
LEAST = 20
"""Labels at least: below, a metric says nothing."""


def make_holdout(validation: Stream | None, stream: Stream, size: int) -> Holdout | None:
    """Return inputs of the validation split that are not in `stream[:size]`, else undrawn groups, else None."""
    if validation is not None:
        drawn = set(stream.inputs[:size])
        fresh = [index for index, value in enumerate(validation.inputs) if value not in drawn]
        found = _take(validation, fresh, "validation split")
        if found is not None:
            return found
    return _take(stream, list(range(size, len(stream.inputs)))[:LIMIT], "undrawn examples")


def _take(stream: Stream, indices: list[int], source: str) -> Holdout | None:
    """Return the first `LIMIT` labels of these groups, an input repeated for each of its labels."""
    labels, groups = flatten([stream.labels[index] for index in indices])
    if len(labels) < LEAST:
        return None
    inputs = [stream.inputs[indices[group]] for group in groups[:LIMIT]]
    return Holdout(inputs, labels[:LIMIT], source)
