"""A head as a code: bounded by the null codes, healed by its temperature, blind to what comes."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.codes.baselines import class_prior_bits
from lit_hf.codes.outputs import SCALES, head_bits

N, C = 400, 3


@pytest.fixture
def labels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, C, N)


def test_confident_noise_costs_at_most_the_null_codes_and_the_choice(labels: np.ndarray) -> None:
    noise, groups = np.random.default_rng(1).normal(0, 100, (N, C)), np.repeat(np.arange(N // 2), 2)
    least = min(N * np.log2(C), class_prior_bits(labels, C, groups).sum())
    assert head_bits(noise, labels, groups).sum() <= least + np.log2(3) + 1e-6


def test_a_head_that_is_too_sure_costs_what_its_best_temperature_costs(labels: np.ndarray) -> None:
    draw = np.random.default_rng(2)
    logits = 1.5 * (np.eye(C)[labels] + draw.normal(0, 1, (N, C)) * 0.7)

    def alone(scale: float) -> float:
        scaled = logits * scale
        return float((np.log2(np.exp(scaled).sum(1)) - scaled[np.arange(N), labels] / np.log(2)).sum())

    best = min(alone(scale) for scale in SCALES)
    paid = [head_bits(logits * sure, labels, np.arange(N)).sum() for sure in (1.0, 16.0)]
    assert paid[0] <= best + np.log2(3 * len(SCALES))
    assert paid[1] == pytest.approx(paid[0], abs=3)  # the grid is shifted, its ends differ


def test_a_label_changes_no_bits_before_it(labels: np.ndarray) -> None:
    logits = np.random.default_rng(3).normal(size=(N, C))
    changed = labels.copy()
    changed[200:] = (changed[200:] + 1) % C
    first, other = (head_bits(logits, each, np.arange(N)) for each in (labels, changed))
    np.testing.assert_array_equal(first[:200], other[:200])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_outputs_that_are_no_numbers_say_nothing(labels: np.ndarray, bad: float) -> None:
    logits = np.random.default_rng(4).normal(size=(N, C))
    logits[::2, 1] = bad
    found = head_bits(logits, labels, np.arange(N))
    assert np.isfinite(found).all()
    assert found.sum() <= N * np.log2(C) + np.log2(3) + 1e-6


def test_a_head_that_is_told_which_classes_can_be(labels: np.ndarray) -> None:
    masked = np.zeros((N, C))
    masked[:, 2] = -np.inf
    two = labels % 2
    assert head_bits(masked, two, np.arange(N)).sum() < head_bits(np.zeros((N, C)), two, np.arange(N)).sum() + 1
    assert np.isfinite(head_bits(masked, labels, np.arange(N))).all()  # what it was told was wrong: costly, not endless
