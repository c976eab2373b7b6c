"""Opinions of several orders: late ones count more, and the score is the averaged chance."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.coding.opinion import Opinion, bits_of, together


def test_chances_are_averaged_with_the_square_of_the_position() -> None:
    first = Opinion(np.array([0.5, 0.1]), np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([1, 2]))
    second = Opinion(np.array([0.2, 0.4]), np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([2, 1]))
    found = together([first, second])
    assert 2.0**-found.bits == pytest.approx([(0.5 + 4 * 0.2) / 5, (4 * 0.1 + 0.4) / 5])
    assert found.table[0] == pytest.approx([(0.5 + 0.8) / 5, (0.5 + 3.2) / 5])
    middle = (1 * 1 + 4 * np.log2(5)) / 5
    assert found.deviation[0] == pytest.approx(np.sqrt((1 - middle) ** 2 / 5 + 4 * (np.log2(5) - middle) ** 2 / 5))


def test_one_order_is_its_own_verdict() -> None:
    found = together([Opinion(np.array([0.25]), np.array([[0.25, 0.75]]), np.array([7]))])
    assert (found.bits[0], found.deviation[0]) == (2.0, 0.0)


def test_no_label_costs_more_than_the_bound() -> None:
    assert bits_of(np.array([0.0, 1.0])).tolist() == [64.0, 0.0]


def test_nothing_has_no_verdict() -> None:
    with pytest.raises(ValueError, match="at least one"):
        together([])
