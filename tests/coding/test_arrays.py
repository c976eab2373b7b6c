"""Codelengths on arrays that the user brings."""

from __future__ import annotations

import numpy as np
import pytest

import lit_hf
from lit_hf.errors import BadSetting, LitError, NotFiniteFeatures, TooFewClasses, TooFewExamples
from tests.support.streams import CHEAP, gaussian


def test_codelength_gives_everything_that_is_promised() -> None:
    features, labels = gaussian(200, 16, 3, signal=2.0)
    found = lit_hf.codelength(features, labels, orders=3, seed=1)
    assert found.per_example.shape == found.order.shape == (3, 200)
    assert found.bits == pytest.approx(found.bits_per_order.mean())
    np.testing.assert_allclose(found.per_example.sum(1), found.bits_per_order)
    assert found.interval[0] < found.bits < found.interval[1]
    assert all(sorted(row) == list(range(200)) for row in found.order.tolist())
    assert {"uniform", "class prior", "stack", "ridge"} <= set(found.experts)
    assert found.experts["uniform"] == pytest.approx(200 * np.log2(3))
    assert len(found.bank) == 16


def test_transfer_is_the_difference_of_two_codelengths() -> None:
    features, labels = gaussian(200, 16, 2, signal=2.5)
    noise = np.random.default_rng(1).normal(size=(200, 40)).astype(np.float32)
    found = lit_hf.transfer(features, noise, labels, orders=2)
    assert found.bits == pytest.approx(found.baseline.bits - found.encoder.bits)
    assert found.bits == pytest.approx(
        lit_hf.codelength(noise, labels, orders=2).bits - lit_hf.codelength(features, labels, orders=2).bits
    )
    assert found.bits_per_label == pytest.approx(found.bits / 200)
    assert 0 < found.interval[0] < found.bits < found.interval[1]
    back = lit_hf.transfer(noise, features, labels, orders=2)
    assert back.bits == pytest.approx(-found.bits)  # negative transfer is reported, never clipped


def test_classes_may_be_more_than_were_seen() -> None:
    features, labels = gaussian(60, 4, 2)
    few, many = (lit_hf.codelength(features, labels, num_classes=c, orders=1, kinds=CHEAP) for c in (2, 20))
    assert many.experts["uniform"] == pytest.approx(60 * np.log2(20))
    assert many.bits > few.bits


def test_not_shuffled_the_first_order_is_that_of_the_rows() -> None:
    features, labels = gaussian(40, 4, 2)
    assert lit_hf.codelength(features, labels, orders=1, shuffle=False, kinds=CHEAP).order[0].tolist() == list(
        range(40)
    )


ROWS, LABELS = gaussian(40, 4, 2)
BROKEN = ROWS.copy()
BROKEN[3, 1], BROKEN[7, 0] = np.nan, np.inf
ERRORS = {
    "too few examples": (TooFewExamples, "20", {"features": ROWS[:19], "labels": LABELS[:19]}),
    "one class": (TooFewClasses, "1", {"features": ROWS, "labels": np.zeros(40, dtype=int)}),
    "labels of another length": (BadSetting, "one label for each", {"features": ROWS, "labels": LABELS[:39]}),
    "labels of two columns": (BadSetting, "labels", {"features": ROWS, "labels": np.stack([LABELS, LABELS], 1)}),
    "labels that are no integers": (BadSetting, "integers", {"features": ROWS, "labels": LABELS + 0.5}),
    "negative labels": (BadSetting, "from 0 on", {"features": ROWS, "labels": LABELS - 1}),
    "more classes than said": (BadSetting, "num_classes", {"features": ROWS, "labels": LABELS + 1, "num_classes": 2}),
    "groups of another length": (BadSetting, "groups", {"features": ROWS, "labels": LABELS, "groups": [0, 1]}),
    "not finite": (NotFiniteFeatures, "2", {"features": BROKEN, "labels": LABELS}),
    "features of one axis": (BadSetting, "features", {"features": ROWS[:, 0], "labels": LABELS}),
    "no orders": (BadSetting, "orders", {"features": ROWS, "labels": LABELS, "orders": 0}),
    "a kind that is none": (BadSetting, "kinds", {"features": ROWS, "labels": LABELS, "kinds": ("rigde",)}),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_cannot_be_coded_is_refused(case: str) -> None:
    kind, word, arguments = ERRORS[case]
    with pytest.raises(kind) as caught:
        lit_hf.codelength(**arguments)
    assert isinstance(caught.value, LitError)
    assert word in str(caught.value)


def test_baseline_features_must_have_as_many_rows() -> None:
    with pytest.raises(BadSetting, match="as many rows"):
        lit_hf.transfer(ROWS, ROWS[:30], LABELS)


def test_twenty_examples_are_enough() -> None:
    assert np.isfinite(lit_hf.codelength(ROWS[:20], LABELS[:20]).bits)


def test_lists_and_float64_do_as_well() -> None:
    plain = lit_hf.codelength(ROWS, LABELS, orders=1, kinds=CHEAP).bits
    assert lit_hf.codelength(ROWS.astype(np.float64), LABELS.tolist(), orders=1, kinds=CHEAP).bits == plain
