"""The Krichevsky-Trofimov code in closed form, against the adaptive code label by label."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lit_hf.checks.kt import KT, static_bits
from lit_hf.codes.baselines import class_prior_bits


@pytest.mark.parametrize("classes", [2, 3, 20])
def test_the_closed_form_is_what_the_class_prior_pays(classes: int) -> None:
    labels = np.random.default_rng(0).integers(0, classes, 300)
    counts = np.bincount(labels, minlength=classes)
    assert KT(300, classes).bits(counts) == pytest.approx(class_prior_bits(labels, classes).sum(), abs=1e-8)


def test_two_labels_of_two_classes_by_hand() -> None:
    assert KT(2, 2).bits(np.array([2, 0])) == pytest.approx(-math.log2(1 / 2 * 3 / 4))
    assert KT(2, 2).bits(np.array([1, 1])) == pytest.approx(-math.log2(1 / 2 * 1 / 4))


def test_labels_cut_into_parts_cost_the_sum_of_their_codes() -> None:
    rng = np.random.default_rng(1)
    labels, values = rng.integers(0, 4, 200), rng.integers(0, 5, 200)
    each = [class_prior_bits(labels[values == value], 4).sum() for value in range(5)]
    assert KT(200, 4).split_bits(values, labels) == pytest.approx(sum(each), abs=1e-8)


def test_a_value_of_its_own_for_each_label_costs_the_uniform_code() -> None:
    labels = np.random.default_rng(2).integers(0, 4, 50)
    assert KT(50, 4).split_bits(np.arange(50), labels) == pytest.approx(50 * 2)


def test_the_static_code_by_hand() -> None:
    assert static_bits(np.array([1, 1]), np.array([3, 0])) == pytest.approx(-math.log2(3.5 / 4) - math.log2(0.5 / 4))
