"""What labels are cut by: values, bins of numbers, the largest of many, and what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.errors import UsageError
from lit_hf.studies.slicing import BINS, MISSING, MOST, OTHER, cross, slicing


def test_few_values_are_slices_of_their_own() -> None:
    found = slicing("mood", ["a", "b", "a", None, float("nan"), "a", " "])
    assert found.names == (("a",), ("b",), (MISSING,))
    assert found.members.tolist() == [0, 1, 0, 2, 2, 0, 2]


def test_many_numbers_are_cut_into_eighths_that_say_their_ends() -> None:
    found = slicing("length", [float(each) for each in range(800)] + [None])
    assert len(found.names) == BINS + 1
    assert set(np.bincount(found.members)[:BINS]) == {100}
    assert found.names[0] == ("0 to 99",)


def test_numbers_that_are_often_the_same_share_a_bin() -> None:
    found = slicing("count", [0] * 500 + list(range(1, 101)))
    assert found.names[0] == ("0",)
    assert (found.members[:500] == 0).all()


def test_of_many_values_the_largest_stay() -> None:
    values = [f"name {each}" for each in range(60) for _ in range(1 + each)]
    found = slicing("who", values)
    assert len(found.names) == MOST + 1
    assert (OTHER,) in found.names
    assert ("name 59",) in found.names
    assert ("name 39",) not in found.names


def test_two_make_a_cross_table_of_what_occurs() -> None:
    found = cross([slicing("a", ["x", "x", "y", "y"]), slicing("b", [1, 2, 1, 1])])
    assert found.by == ("a", "b")
    assert found.names == (("x", "1"), ("x", "2"), ("y", "1"))
    assert found.members.tolist() == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["a"] * 30, "nothing to cut"),
        ([None] * 30, "nothing to cut"),
        ([f"id {each}" for each in range(30)], "as many as labels"),
    ],
)
def test_what_cuts_nothing_is_refused(values: list[str | None], said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        slicing("column", values)
    assert error.value.next_step


def test_three_things_and_the_same_twice_are_refused() -> None:
    one, two, three = (slicing(name, [1, 2]) for name in "abc")
    for given, said in (((one, two, three), "at most two"), ((one, one), "twice"), ((), "something to cut by")):
        with pytest.raises(UsageError, match=said):
            cross(given)
