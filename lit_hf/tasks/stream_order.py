"""The order of a stream: drawn from a buffer where that is asked for, and refused where it is sorted by label."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lit_hf.errors import LitError

if TYPE_CHECKING:
    import datasets

    from lit_hf.config import Settings

RARE = math.log(1e-6)
"""Logarithm of the chance below which an order is not believed to be one of chance."""


class SortedStream(LitError):
    """A stream begins sorted by label: what is coded would say how it was sorted, and nothing of its inputs."""

    def __init__(self, labels: int, classes: Sequence[str], buffer: int) -> None:
        run = f"all {classes[0]!r}" if len(classes) == 1 else f"sorted by label ({', '.join(classes[:4])})"
        drawn = f", drawn from {buffer:,} rows at a time" if buffer else ""
        super().__init__(
            f"the first {labels:,} labels of the stream{drawn} are {run}.",
            f"Draw from more rows at a time, for example `--shuffle-buffer {max(10 * buffer, 10 * labels):d}`; "
            "or leave out `--streaming`.",
        )
        self.labels, self.classes, self.buffer = labels, tuple(classes), buffer


def shuffled(data: datasets.IterableDataset, settings: Settings) -> datasets.IterableDataset:
    """Return the stream as it is coded: its own order, or rows drawn by the seed from a buffer that it refills."""
    if not settings.shuffle_buffer:
        return data
    return data.shuffle(seed=settings.seed, buffer_size=settings.shuffle_buffer)


def buffer_note(settings: Settings) -> str | None:
    """Return what a reader of the result must be told of the order."""
    if not settings.shuffle_buffer:
        return None
    return f"The stream is drawn by the seed from {settings.shuffle_buffer:,} rows at a time, not coded as it arrives."


def require_mixed(labels: Sequence[int], names: Sequence[str], buffer: int) -> None:
    """Raise `SortedStream` where equal labels stand together, and chance would do so less than once in a million.

    Of n labels with counts n_k, K! of the n! / prod n_k! orders are sorted.
    """
    runs = [label for place, label in enumerate(labels) if place == 0 or label != labels[place - 1]]
    counts = Counter(labels)
    if not runs or len(runs) != len(counts):
        return
    orders = math.lgamma(len(labels) + 1) - sum(math.lgamma(count + 1) for count in counts.values())
    if len(counts) == 1 or math.lgamma(len(counts) + 1) - orders < RARE:
        raise SortedStream(len(labels), [names[label] for label in runs], buffer)
