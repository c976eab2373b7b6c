"""Forgetting against closed form, by hand, and at its limits."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.measures import forgetting as measures
from lit_hf.measures.accuracy_matrix import accuracy_figures
from lit_hf.measures.intervals import Interval, interval

DRAWS = 4_000


def kt_bits(labels: np.ndarray, ones: np.ndarray, learned: int) -> np.ndarray:
    """Return bits [S, k] of `labels` under the KT coder that has learned `learned` labels, `ones` [S] of them 1."""
    before = np.cumsum(labels, 1) - labels + ones[:, None]
    seen = learned + np.arange(labels.shape[1])
    chance = (before + 0.5) / (seen + 1)
    return -np.log2(np.where(labels == 1, chance, 1 - chance))


@pytest.mark.parametrize(
    ("n", "m", "k", "bits", "share"),
    [
        (1000, 100, 1000, 1.1826, 0.2872),
        (100, 10, 1000, 1.4226, 0.4846),
        (100, 10, 100, 1.0711, 0.4240),
        (10, 1, 10, 0.7113, 0.6480),
    ],
)
def test_a_kt_coder_forgets_what_closed_form_says(n: int, m: int, k: int, bits: float, share: float) -> None:
    """Labels of unknown frequency, theta ~ Beta(1/2, 1/2); learned n, kept the first m, coded k: each draw an order."""
    draw = np.random.default_rng(n + k)
    theta = draw.beta(0.5, 0.5, (DRAWS, 1))
    learned, coded = ((draw.random((DRAWS, size)) < theta).astype(np.int64) for size in (n, k))
    before, after, last = (kt_bits(coded, learned[:, :kept].sum(1), kept) for kept in (0, n, m))
    gain, loss = measures.gained(before, after), measures.forgotten(after, last)
    assert loss.orders is not None
    assert abs(loss.estimate - bits) < 4 * np.sqrt(loss.orders)
    found = measures.share(gain, loss)
    assert found is not None
    residual = (last - after).sum(1) - share * (before - after).sum(1)  # the ratio's error, to first order
    assert abs(found - share) < 4 * residual.std() / np.sqrt(DRAWS) / gain.estimate


def test_the_same_codes_change_by_nothing() -> None:
    bits = np.random.default_rng(0).random((2, 50))
    found = measures.change(bits, bits.copy())
    assert (found.estimate, found.low, found.high) == (0.0, -1.0, 1.0)  # half a width of one bit: a code's arithmetic


def test_signs() -> None:
    dear, cheap = np.full((1, 40), 2.0), np.full((1, 40), 0.5)
    assert measures.gained(dear, cheap).estimate == 60
    assert measures.forgotten(cheap, dear).estimate == 60
    assert measures.forward(dear, cheap).estimate == 60
    assert measures.kept_beyond_never(dear, cheap).estimate == 60
    assert measures.output_forgetting(cheap, dear).estimate == 60
    assert measures.backward([60, 20, 0]) == -40
    assert measures.backward([60]) is None


def test_codes_of_other_orders_are_no_pair() -> None:
    with pytest.raises(ValueError, match="same groups"):
        measures.change(np.ones((1, 40)), np.ones((2, 40)))


def of(bits: float, noise: float) -> Interval:
    draw = np.random.default_rng(1)
    each = draw.normal(0, noise, (1, 100))
    return interval(each - each.mean() + bits / 100)


def test_there_is_no_share_of_a_gain_that_may_be_none() -> None:
    assert measures.share(of(40, 0.1), of(20, 0.1)) == pytest.approx(0.5)
    assert measures.share(of(40, 10), of(20, 0.1)) is None
    assert measures.share(of(-40, 0.1), of(20, 0.1)) is None
    assert measures.share(of(0.5, 0), of(20, 0.1)) is None  # within the floor of one bit


def test_a_table_has_the_ratio_of_sums() -> None:
    assert measures.share_of_seeds([100, 110, 90], [50, 55, 15]) == pytest.approx(0.4)
    assert measures.share_of_seeds([100, -110, 90], [50, 55, 15]) is None
    assert measures.share_of_seeds([100], [50]) == 0.5
    assert measures.share_of_seeds([-1], [50]) is None


def test_one_seed_has_no_interval_of_the_method() -> None:
    found = measures.of_method([12.0])
    assert (found.estimate, found.deviation, found.low, found.high, found.seeds) == (12.0, None, None, None, 1)
    with pytest.raises(ValueError, match="seed"):
        measures.of_method([])


def test_the_interval_of_the_method_is_that_of_student() -> None:
    found = measures.of_method([10.0, 12.0, 14.0])
    assert (found.estimate, found.deviation) == (12.0, 2.0)
    assert found.high == pytest.approx(12 + 4.302653 * 2 / np.sqrt(3), abs=1e-5)  # t(2), 97.5 %


def test_the_usual_figures_by_hand() -> None:
    matrix = np.array([[0.9, 0.2, 0.1], [0.5, 0.8, 0.3], [0.6, 0.4, 0.7]])
    found = accuracy_figures(matrix, np.array([0.1, 0.1, 0.2]))
    assert found == pytest.approx({
        "ACC": (0.6 + 0.4 + 0.7) / 3, "BWT": (-0.3 - 0.4) / 2, "FWT": (0.1 + 0.1) / 2, "forgetting": (0.3 + 0.4) / 2,
    })  # fmt: skip


def test_one_task_has_accuracy_alone() -> None:
    assert accuracy_figures(np.array([[0.9]]), np.array([0.1])) == {
        "ACC": 0.9, "BWT": None, "FWT": None, "forgetting": None
    }  # fmt: skip
