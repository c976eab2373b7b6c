"""Measures read off the learning curve: formulas by hand, limits, censoring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.measures.calibration import calibration_by_decade
from lit_hf.measures.compression import compression
from lit_hf.measures.excess import bits_of, excess
from lit_hf.measures.isotonic import Isotonic, isotonic_curve, never_rising, reached
from lit_hf.measures.labels_saved import labels_saved
from lit_hf.measures.last_block import last_block
from lit_hf.measures.learning_curve import coarse_edges
from lit_hf.measures.sensitivity import sensitivity
from lit_hf.measures.surplus import surplus

ENCODER = Isotonic(np.array([0, 10, 20, 40, 100]), np.array([1.0, 0.8, 0.5, 0.4]))
SLOWER = Isotonic(np.array([0, 10, 20, 40, 100]), np.array([1.0, 1.0, 0.9, 0.5]))
NUMBERS = st.lists(st.tuples(st.floats(0, 10), st.integers(1, 50)), min_size=1, max_size=30)


@given(NUMBERS)
def test_a_falling_curve_never_rises_and_keeps_the_sum(pairs: list[tuple[float, int]]) -> None:
    values, weights = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    found = never_rising(values, weights)
    assert (np.diff(found) <= 1e-9).all()
    assert found @ weights == pytest.approx(values @ weights)
    np.testing.assert_allclose(never_rising(found, weights), found)


def test_a_falling_curve_is_scikit_learns_isotonic_regression() -> None:
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.default_rng(0)
    values, weights = rng.normal(size=40), rng.integers(1, 9, size=40)
    expected = IsotonicRegression(increasing=False).fit_transform(np.arange(40), values, sample_weight=weights)
    np.testing.assert_allclose(never_rising(values, weights), expected)


def test_the_falling_curve_of_bits_adds_up_to_the_codelength() -> None:
    bits = np.random.default_rng(0).gamma(1.0, 1.0, size=(3, 500))
    curve = isotonic_curve(bits, np.array([0, *range(8, 500), 500]))
    assert curve.losses @ curve.sizes == pytest.approx(bits.sum(1).mean())


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60))
def test_coarse_edges_are_some_of_the_edges_and_keep_both_ends(sizes: list[int]) -> None:
    edges = np.cumsum([0, *sizes])
    coarse = coarse_edges(edges)
    assert coarse[0] == 0
    assert coarse[-1] == edges[-1]
    assert set(coarse.tolist()) <= set(edges.tolist())
    assert (np.diff(coarse) > 0).all()


def test_compression() -> None:
    assert compression(100.0, 50.0) == 2.0
    assert np.isnan(compression(100.0, 0.0))


def test_surplus_by_hand() -> None:
    found = surplus(ENCODER, 0.5)
    assert found.bits == pytest.approx(10 * 0.5 + 10 * 0.3)
    assert (found.labels, found.censored) == (20, False)


def test_surplus_is_censored_where_the_loss_is_never_reached() -> None:
    found = surplus(ENCODER, 0.3)
    assert (found.labels, found.censored) == (100, True)
    assert found.bits == pytest.approx(10 * 0.7 + 10 * 0.5 + 20 * 0.2 + 60 * 0.1)


def test_surplus_at_its_limits() -> None:
    assert surplus(ENCODER, 0.0).bits == pytest.approx(ENCODER.losses @ ENCODER.sizes)
    assert surplus(ENCODER, 1.0) == surplus(ENCODER, 1.0).__class__(1.0, 0.0, 0, False)
    assert reached(ENCODER, 0.4) == 40


@pytest.mark.parametrize(
    ("labels", "loss", "saved", "censored"), [(0, 1.0, 0, False), (20, 0.5, 20, False), (100, 0.4, 60, True)]
)
def test_labels_saved_by_hand(labels: int, loss: float, saved: int, censored: bool) -> None:
    found = labels_saved(ENCODER, SLOWER, labels)
    assert (found.loss, found.saved, found.censored) == (loss, saved, censored)


def test_an_encoder_saves_no_labels_against_itself_and_a_slower_one_loses_some() -> None:
    assert labels_saved(ENCODER, ENCODER, 50).saved == 0
    assert labels_saved(SLOWER, ENCODER, 30).saved < 0


def test_excess_by_hand_with_the_variance_of_the_final_loss() -> None:
    held_out = np.tile([0.2, 0.6], 50)
    found = excess(700.0, 25.0, 1000, held_out)
    assert found is not None
    assert found.bits == pytest.approx(700 - 1000 * 0.4)
    assert found.error == pytest.approx(np.sqrt(25 + 1000**2 * held_out.var(ddof=1) / 100))
    assert excess(700.0, 25.0, 1000, held_out[:29]) is None


def test_bits_of_held_out_labels() -> None:
    table = np.log(np.array([[0.5, 0.5], [0.25, 0.75]]))
    np.testing.assert_allclose(bits_of(table, np.array([1, 0])), [1.0, 2.0])


def test_a_calibrated_coder_errs_no_more_than_by_chance() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, size=(3, 5000))
    found = calibration_by_decade(confidence, rng.random((3, 5000)) < confidence)
    assert [(span.start, span.stop) for span in found] == [(0, 10), (10, 100), (100, 1000), (1000, 5000)]
    assert all(span.ece < 2 * span.by_chance for span in found)
    assert found[-1].ece < 0.02


def test_an_overconfident_coder_errs_by_what_it_is_too_sure() -> None:
    rng = np.random.default_rng(0)
    (*_, last) = calibration_by_decade(np.full((1, 4000), 0.95), rng.random((1, 4000)) < 0.7)
    assert last.ece == pytest.approx(0.25, abs=0.03)
    assert (last.confidence, last.accuracy) == (pytest.approx(0.95), pytest.approx(0.7, abs=0.03))


def test_the_last_block_is_the_last_tenth() -> None:
    assert last_block(np.array([[9.0] * 90 + [1.0] * 10, [9.0] * 90 + [2.0] * 10])) == (1.5, 10)
    assert last_block(np.ones((1, 3))) == (1.0, 1)


def test_sensitivity_is_the_change_of_transfer() -> None:
    (found,) = sensitivity(100.0, {"ridge": (450.0, 530.0)})
    assert (found.kind, found.transfer_bits, found.change_bits) == ("ridge", 80.0, -20.0)
