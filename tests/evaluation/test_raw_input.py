"""Whether features are more than their raw input is said by a paired test of both codes."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.ranking.raw_input import beside

N = 800


@pytest.mark.parametrize(("gap", "verdict"), [(0.3, 1), (0.0, 0), (-0.3, -1)])
def test_the_verdict_is_that_of_the_paired_interval(gap: float, verdict: int) -> None:
    rng = np.random.default_rng(1)
    mine = rng.gamma(2.0, 0.4, (1, N))
    noise = rng.standard_normal((1, N))
    found = beside(mine + gap + noise - noise.mean(), mine, np.arange(N)[None], None)
    assert found.verdict == verdict
    assert found.bits == pytest.approx(gap * N)
    assert found.low < found.bits < found.high
    assert found.orders == 1


def test_it_is_paired_so_that_what_both_find_hard_is_no_noise() -> None:
    hard = np.random.default_rng(2).gamma(0.5, 4.0, (1, N))
    found = beside(hard + 0.05, hard, np.arange(N)[None], None)
    assert found.verdict == 1
    assert found.high - found.low < 5


def test_copies_are_one_observation() -> None:
    """Eight copies of each input: the interval is as wide as that of a hundred inputs, not of eight hundred."""
    noise = np.random.default_rng(3).standard_normal(N // 8)
    groups = np.repeat(np.arange(N // 8), 8)
    raw, mine, order = noise[groups][None], np.zeros((1, N)), np.arange(N)[None]
    together, apart = beside(raw, mine, order, groups), beside(raw, mine, order, None)
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_orders_that_only_one_has_are_left_out() -> None:
    mine = np.stack([np.ones(N), np.full(N, 9.0)])
    found = beside(np.full((1, N), 1.5), mine, np.stack([np.arange(N)] * 2), None)
    assert (found.orders, found.bits) == (1, pytest.approx(0.5 * N))
