"""Which rows of the past a gradient-based probe looks at: all of them while they are few, then the newest and random
pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from lit_hf.probes.contract import Prefix

PIECE = 64  # rows read in one go: a memory-mapped stream is read in contiguous pieces


@dataclass(frozen=True)
class Sample:
    """Rows [m, d], their labels [m] and weights [m] with which they stand for the whole prefix (None: all rows, once
    each).
    """

    inputs: Tensor
    labels: Tensor
    weights: Tensor | None


def draw(prefix: Prefix, capacity: int, generator: Generator) -> Sample:
    """Return the whole prefix while it has at most `capacity` rows, else the newest half of that and random older
    pieces.
    """
    n = prefix.n
    if n <= capacity:
        return Sample(prefix.inputs(0, n), prefix.labels(0, n), None)
    newest = min(n - prefix.fresh, capacity // 2)
    count = (capacity - newest) // PIECE
    starts = torch.randint(0, n - newest - PIECE, (count,), generator=generator).sort().values.tolist()
    spans = [(start, start + PIECE) for start in starts] + [(n - newest, n)]
    inputs = torch.cat([prefix.inputs(*span) for span in spans])
    labels = torch.cat([prefix.labels(*span) for span in spans])
    fresh = n - prefix.fresh
    weights = torch.full((len(labels),), (n - fresh) / (count * PIECE), device=inputs.device)
    weights[-newest:] = fresh / newest
    return Sample(inputs, labels, weights)
