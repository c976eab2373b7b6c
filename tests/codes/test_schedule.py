"""Increments and orders: what is coded when."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lit_hf.codes.orders import order_of, positions_of_groups
from lit_hf.codes.schedule import FIRST, GROWTH, MARKS, SINGLE_UNTIL, increments

GROUPS = st.lists(st.integers(1, 7), min_size=1, max_size=120).map(
    lambda sizes: np.repeat(np.arange(len(sizes)), sizes)
)


@given(GROUPS)
@settings(deadline=None)
def test_increments_cover_the_stream_and_cut_no_group(groups: np.ndarray) -> None:
    found = list(increments(groups))
    assert found[0][0] == 0
    assert found[-1][1] == len(groups)
    assert all(a[1] == b[0] for a, b in pairwise(found))
    assert all(groups[stop - 1] != groups[stop] for _, stop in found[:-1])


@given(GROUPS, st.integers(1, 600))
@settings(deadline=None)
def test_increments_do_not_depend_on_the_length_of_the_stream(groups: np.ndarray, n: int) -> None:
    shorter = groups[: np.searchsorted(groups, groups[min(n, len(groups)) - 1], side="right")]
    assert list(increments(shorter))[:-1] == list(increments(groups))[: len(list(increments(shorter))) - 1]


def test_increments_of_single_examples() -> None:
    found = list(increments(np.arange(20_000)))
    assert found[0] == (0, FIRST)
    assert all(stop - start == 1 for start, stop in found if FIRST <= start < SINGLE_UNTIL)
    assert all(stop - start <= max(1, GROWTH * start) for start, stop in found[1:])
    assert set(MARKS) <= {stop for _, stop in found}
    assert len(found) < 80


@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=60).map(np.array),
    st.integers(0, 5),
    st.integers(0, 3),
    st.booleans(),
)
def test_an_order_is_a_permutation_that_keeps_groups_together(
    groups: np.ndarray, seed: int, number: int, keep: bool
) -> None:
    order = order_of(groups, seed, number, keep_first=keep)
    assert sorted(order) == list(range(len(groups)))
    along = positions_of_groups(groups, order)
    assert along[-1] + 1 == len(np.unique(groups))
    assert len({(a, b) for a, b in zip(along.tolist(), groups[order].tolist(), strict=True)}) == len(np.unique(groups))


def test_orders_differ_and_the_first_may_be_the_order_of_the_examples() -> None:
    groups = np.arange(50)
    assert order_of(groups, 0, 0, keep_first=True).tolist() == list(range(50))
    orders = [tuple(order_of(groups, seed, r, keep_first=False)) for seed in (0, 1) for r in (0, 1, 2)]
    assert len(set(orders)) == 6


@pytest.mark.parametrize("number", [0, 1])
def test_orders_do_not_depend_on_the_names_of_groups(number: int) -> None:
    groups = np.repeat(np.arange(20), 2)
    assert (
        order_of(groups, 3, number, keep_first=False).tolist()
        == order_of(groups + 100, 3, number, keep_first=False).tolist()
    )
