"""Where a stream is cut: positions alone decide, so any amount of it is embedded in the same pieces."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

FIRST = 256
LARGEST_SHARD = 512


@dataclass(frozen=True)
class Shard:
    """Positions [start, stop) of a stream."""

    start: int
    stop: int


def shells() -> Iterator[int]:
    """Yield the ends of the nested shells: round(256·2^(j/2)), j = 0, 1, ..."""
    for step in itertools.count():
        yield round(FIRST * 2 ** (step / 2))


def shards(available: int, count: int) -> list[Shard]:
    """Return whole shards that hold the first `count` of `available` positions, clipped only by the stream's end."""
    found = [Shard(piece.start, min(piece.stop, available)) for piece in _pieces(min(count, available))]
    return [piece for piece in found if piece.start < piece.stop]


def _pieces(count: int) -> list[Shard]:
    """Return the pieces, of at most 512 positions each, of all shells up to the one that reaches `count`."""
    found, begin = list[Shard](), 0
    for end in shells():
        parts = -(-(end - begin) // LARGEST_SHARD)
        cuts = [begin + (end - begin) * part // parts for part in range(parts + 1)]
        found += [Shard(a, b) for a, b in itertools.pairwise(cuts) if a < count]
        if end >= count:
            return found
        begin = end
    return found
