"""Shells and shards: positions alone decide where a stream is cut."""

from __future__ import annotations

from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from lit_hf.features import shards, shells

SIZES = st.integers(1, 30_000)


def test_shells_grow_by_the_square_root_of_two() -> None:
    assert list(islice(shells(), 7)) == [256, 362, 512, 724, 1024, 1448, 2048]


@given(SIZES, SIZES)
def test_shards_cover_what_is_asked_without_gaps(available: int, count: int) -> None:
    found = shards(available, count)
    assert found[0].start == 0
    assert all(a.stop == b.start for a, b in pairwise(found))
    assert min(available, count) <= found[-1].stop <= available
    assert found[-1].start < min(available, count)
    assert all(0 < shard.stop - shard.start <= 512 for shard in found)


@given(SIZES, SIZES, SIZES)
def test_asking_for_more_keeps_the_shards_of_less(available: int, count: int, more: int) -> None:
    fewer = shards(available, count)
    assert shards(available, count + more)[: len(fewer)] == fewer


@given(SIZES, SIZES, SIZES)
def test_a_larger_pool_changes_no_shard_but_the_one_that_its_end_clipped(available: int, more: int, count: int) -> None:
    small, large = shards(available, count), shards(available + more, count)
    whole = [shard for shard in small if shard.stop < available]
    assert large[: len(whole)] == whole
