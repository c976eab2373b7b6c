"""Intervals of single points of a curve: they cover, copies do not narrow them, and they are known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from lit_hf.measures.pointwise import half_widths


def test_one_order_is_the_t_interval_of_a_mean() -> None:
    bits = np.random.default_rng(0).gamma(2.0, 0.5, (1, 40))
    order = np.random.default_rng(1).permutation(40)[None]
    paid = bits[0][order[0][8:30]]
    by_hand = t.ppf(0.975, 21) * paid.std(ddof=1) / np.sqrt(22)
    assert half_widths(bits, order, np.arange(40), [(8, 30)]) == pytest.approx([by_hand])


def test_the_same_order_twice_knows_no_more() -> None:
    bits = np.random.default_rng(0).gamma(2.0, 0.5, (1, 60))
    order = np.random.default_rng(1).permutation(60)[None]
    once = half_widths(bits, order, np.arange(60), [(10, 60)])
    assert half_widths(np.repeat(bits, 3, 0), np.repeat(order, 3, 0), np.arange(60), [(10, 60)]) == pytest.approx(once)


def test_copies_count_once() -> None:
    single = np.random.default_rng(0).gamma(2.0, 0.5, (1, 50))
    bits, groups = np.repeat(single, 2, axis=1), np.repeat(np.arange(50), 2)
    apart, together = (half_widths(bits, np.arange(100)[None], g, [(0, 100)])[0] for g in (np.arange(100), groups))
    assert together == pytest.approx(np.sqrt(2) * apart)


def test_too_few_labels_have_no_interval() -> None:
    widths = half_widths(np.ones((1, 3)), np.arange(3)[None], np.arange(3), [(0, 1), (0, 3)])
    assert np.isnan(widths[0])
    assert widths[1] == 0


def test_it_holds_as_often_as_it_says() -> None:
    """600 streams coded in three orders; the truth is the mean of the distribution that bits are drawn from."""
    rng, held = np.random.default_rng(5), 0
    for _ in range(600):
        single = rng.gamma(2.0, 0.5, 120)
        order = np.stack([rng.permutation(120) for _ in range(3)])
        paid = np.take_along_axis(np.tile(single, (3, 1)), order, 1)[:, 40:80]
        held += abs(paid.mean() - 1.0) <= half_widths(np.tile(single, (3, 1)), order, np.arange(120), [(40, 80)])[0]
    # Three standard errors of 0.95 over 600 trials are 0.027; bits are skew, which costs a little more below.
    assert 0.91 <= held / 600 <= 0.98
