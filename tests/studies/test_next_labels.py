"""Forecasts of accuracy, and how many labels reach one, on errors whose rate is known."""

from __future__ import annotations

import re

import numpy as np
import pytest

from lit_hf.reports.information import target_sentence
from lit_hf.studies.next_labels import Reached, next_labels, reach


def wrong(count: int, floor: float, scale: float, seed: int = 0) -> np.ndarray:
    rate = floor + scale * np.arange(1, count + 1) ** -0.5
    return (np.random.default_rng(seed).random((3, count)) < rate).astype(float)


def test_errors_that_fall_are_forecast_to_fall_and_the_band_holds_the_truth() -> None:
    errors, bits = wrong(2_000, 0.05, 6.0), np.full((3, 2_000), 0.5)
    found = next_labels(bits, errors == 0)
    assert found.accuracy is not None
    assert found.accuracy_now is not None
    for each in found.accuracy:
        assert each.low < 0.95 - 6.0 * each.labels**-0.5 < each.high
    assert found.accuracy_now < found.accuracy[0].median < found.accuracy[1].median
    assert [each.labels for each in found.bits] == [4_000, 8_000]
    assert found.bits[0].median == pytest.approx(0.5, rel=0.05)


def test_labels_that_are_no_classes_have_no_accuracy() -> None:
    found = next_labels(np.full((2, 600), 0.5), None)
    assert (found.accuracy_now, found.accuracy, found.reached) == (None, None, None)


def test_the_band_of_labels_holds_where_the_rate_reaches_an_accuracy() -> None:
    found = [reach(wrong(2_000, 0.02, 6.0, seed), 0.88) for seed in range(5)]  # 0.98 - 6 n^-1/2 = 0.88 at n = 3,600
    assert sum(each.soonest is not None and each.soonest <= 3_600 for each in found) >= 3
    assert all(each.latest is None or each.latest >= 3_600 for each in found)
    assert all(each.labels is None or 2_000 < (each.soonest or 0) < each.labels <= 8_000 for each in found)


def test_what_is_there_already_and_what_is_never_reached() -> None:
    errors = wrong(1_000, 0.2, 0.0)
    assert reach(errors, 0.5) == Reached(0.5, 1_000, 1_000, 1_000)
    assert reach(errors, 0.99) == Reached(0.99, None, None, None)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Reached(0.9, 100, 100, 100), "reached already"),
        (Reached(0.9, None, None, None), r"not within four times your labels \(400\)"),
        (Reached(0.9, None, 300, None), "at best at 300"),
        (Reached(0.9, 250, 150, None), "at 250 labels .*150 to beyond 400"),
    ],
)
def test_a_target_in_words(found: Reached, said: str) -> None:
    text = target_sentence({"forecast": {"labels_now": 100, "target": found.to_dict()}})
    assert text is not None
    assert re.search(said, text)
