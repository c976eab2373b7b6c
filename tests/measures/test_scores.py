"""Standard errors of held-out metrics: against closed forms, repeated draws, and groups that repeat one label."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from lit_hf.measures.scores import error_of_mean, error_of_ratio, micro_f1, rmse
from lit_hf.tasks.targets.multi_label import MultiLabel
from lit_hf.tasks.targets.regression import Regression
from lit_hf.tasks.targets.single_label import SingleLabel

DRAW = np.random.default_rng(0)


def test_of_single_values_it_is_their_deviation_over_the_root_of_their_number() -> None:
    values = DRAW.normal(size=80)
    assert error_of_mean(values, np.arange(80)) == pytest.approx(values.std(ddof=1) / np.sqrt(80))
    assert error_of_mean(values, np.zeros(80, int)) is None


def test_a_copy_of_every_value_in_its_group_adds_nothing() -> None:
    values, groups = DRAW.normal(size=50), np.arange(50)
    twice = error_of_mean(np.repeat(values, 2), np.repeat(groups, 2))
    assert twice == pytest.approx(error_of_mean(values, groups))
    assert error_of_mean(np.repeat(values, 2), np.arange(100)) < twice / 1.3


def tables(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels [size, 3] of 0 and 1, and predictions of them that are right three times of four."""
    labels = (DRAW.random((size, 3)) < 0.4).astype(np.int64)
    return labels, np.where(DRAW.random((size, 3)) < 0.75, labels, 1 - labels)


def test_errors_are_those_of_repeated_draws() -> None:
    """400 draws of 300 rows: their standard deviation is known to 4 %, and the estimates' mean to less."""
    sizes, f1, root = 300, list[tuple[float, float]](), list[tuple[float, float]]()
    target = Regression.__new__(Regression)
    object.__setattr__(target, "width", 0.5)
    for _ in range(400):
        labels, found = tables(sizes)
        error = error_of_ratio(2 * (found & labels).sum(-1), found.sum(-1) + labels.sum(-1), np.arange(sizes))
        assert error is not None
        f1.append((micro_f1(found, labels), error))
        numbers = DRAW.normal(size=sizes)
        predicted = SimpleNamespace(location=lambda values=numbers: values + DRAW.standard_t(9, size=sizes))
        shifted = predicted.location()
        fixed = SimpleNamespace(location=lambda values=shifted: values)
        error = target.score_error(fixed, numbers, np.arange(sizes))
        assert error is not None
        root.append((0.5 * rmse(shifted, numbers), error))
    for found in (np.array(f1), np.array(root)):
        assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.15)


def test_accuracy_has_the_binomial_error() -> None:
    labels = np.array([0, 1, 1, 0] * 25)
    table = np.log(np.where(np.arange(2) == np.zeros(100, int)[:, None], 0.9, 0.1))  # always class 0: half is right
    error = SingleLabel.score_error(SingleLabel.__new__(SingleLabel), table, labels, np.arange(100))
    assert error == pytest.approx(np.sqrt(0.25 / 99))


def test_without_any_positive_there_is_no_error_of_f1() -> None:
    nothing = np.zeros((30, 2, 2))
    nothing[..., 1] = -1.0
    empty = MultiLabel.score_error(MultiLabel.__new__(MultiLabel), nothing, np.zeros((30, 2), int), np.arange(30))
    assert empty is None
