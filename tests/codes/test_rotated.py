"""Rotated orders: every group comes last once, behind all the others, and is never cut."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.codes.orders import rotated_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import Alphabet, prepare_order

FOLDS = 5
GROUPS = np.repeat(np.arange(40), np.random.default_rng(0).integers(1, 4, 40))


def test_each_label_is_in_the_last_fold_once() -> None:
    last = np.zeros(len(GROUPS), dtype=int)
    for number in range(FOLDS):
        index, edge = rotated_order(GROUPS, 3, number, FOLDS)
        assert sorted(index) == list(range(len(GROUPS)))
        last[index[edge:]] += 1
    assert (last == 1).all()


def test_folds_hold_as_many_groups_and_groups_stay_together() -> None:
    for number in range(FOLDS):
        index, edge = rotated_order(GROUPS, 3, number, FOLDS)
        along = GROUPS[index]
        assert len(np.flatnonzero(np.diff(along))) == 39
        assert len(np.unique(along[edge:])) == 8
        assert not set(along[:edge]) & set(along[edge:])


def test_the_rest_is_in_another_order_each_time() -> None:
    first, second = (rotated_order(np.arange(300), 0, number, FOLDS)[0] for number in (0, 1))
    assert abs(np.corrcoef(np.argsort(first), np.argsort(second))[0, 1]) < 0.3


@pytest.mark.parametrize("number", range(FOLDS))
def test_all_of_the_others_are_learned_before_the_last_fold(number: int) -> None:
    rng = np.random.default_rng(1)
    examples = Examples(rng.integers(0, 2, len(GROUPS)), GROUPS)
    features = rng.normal(size=(len(GROUPS), 4)).astype(np.float32)
    order, code = Order(number, 3, keep_first=False, folds=FOLDS), Code(probes=("ridge",))
    prepared = prepare_order(features, examples, Alphabet(2), order, code)
    edge = rotated_order(GROUPS, 3, number, FOLDS)[1]
    spans = prepared.code.spans
    assert edge in [stop for _, stop in spans]
    assert [start for start, _ in spans] == [0, *(stop for _, stop in spans[:-1])]
    assert spans[-1][1] == len(GROUPS)
