"""Racing: what it keeps, what it drops, and what it owns up to. Simulated losses, so that the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.ranking.audit import audit, embedding_cost, replay
from lit_hf.ranking.racing import Rules, bounded, gap_low, largest_loss, stage, stage_level
from tests.support.curves import flat, race_bits, shell_ends

TOTAL = 8192
ENDS = shell_ends(TOTAL)


def fading(position: np.ndarray) -> np.ndarray:
    """A gap that shrinks by 0.02 bits a doubling, as fast as A always allows, and sums to just below zero at TOTAL."""
    gap = -0.02 * np.log2(position / 256)
    return gap - gap.mean() - 0.001


def late_bloomer(position: np.ndarray) -> np.ndarray:
    return np.where(position < 4096, 0.5, -1.5)


def test_shells_end_at_the_total() -> None:
    assert ENDS[:4] == [256, 362, 512, 724]
    assert ENDS[-1] == TOTAL


@pytest.mark.parametrize("seed", range(10))
def test_the_winner_stays_and_the_hopeless_go_early(seed: int) -> None:
    gaps = [flat(g) for g in (0.0, 0.01, 0.3, 0.5, 0.8)]
    bits = race_bits(gaps, TOTAL, np.random.default_rng(seed))
    eliminations = replay(bits, ENDS, classes=2)
    assert {2, 3, 4} <= {e.model for e in eliminations} <= {1, 2, 3, 4}
    seen = {e.model: e.verdict.n for e in eliminations}
    assert seen[4] <= seen[2] <= TOTAL // 2
    assert all(not f.overtook and f.violation is None for f in audit(bits, ENDS, eliminations))


def test_level_is_held_when_the_assumption_is_true() -> None:
    trials = 200
    wrong = 0
    for seed in range(trials):
        bits = race_bits([flat(0.0), fading], TOTAL, np.random.default_rng(1000 + seed))
        wrong += any(e.model == 1 for e in replay(bits, ENDS, classes=2))
    # Binomial(200, 0.05) exceeds 18 once in 100; both codes end equal, so dropping the second is always an error.
    assert wrong <= 18


def test_a_late_bloomer_is_counted_as_a_violation() -> None:
    bits = race_bits([flat(0.0), late_bloomer], TOTAL, np.random.default_rng(0))
    eliminations = replay(bits, ENDS, classes=2)
    assert [e.model for e in eliminations] == [1]
    (finding,) = audit(bits, ENDS, eliminations)
    assert finding.overtook
    assert finding.final < 0
    assert finding.violation is not None
    assert finding.violation > 4096


def test_no_verdict_before_three_shells_nor_on_the_leader() -> None:
    bits = race_bits([flat(3.0), flat(0.0)], 512, np.random.default_rng(0))
    assert stage(bits, [256, 362], TOTAL, largest_loss(2), 2) == (1, [None, None])
    leader, verdicts = stage(bits, [256, 362, 512], TOTAL, largest_loss(2), 2)
    assert leader == 1
    assert verdicts[1] is None
    assert verdicts[0] is not None
    assert verdicts[0].eliminated
    assert verdicts[0].needed == pytest.approx(verdicts[0].lead / (TOTAL - 512))


def test_replay_does_not_look_ahead() -> None:
    generator = np.random.default_rng(2)
    bits = race_bits([flat(0.0), flat(0.4)], TOTAL, generator)
    (first,) = replay(bits, ENDS, classes=2)
    changed = bits.copy()
    changed[:, first.verdict.n :] = generator.uniform(0, 5, changed[:, first.verdict.n :].shape)
    assert replay(changed, ENDS, classes=2) == [first]


def test_order_of_entry_does_not_matter() -> None:
    bits = race_bits([flat(g) for g in (0.0, 0.3, 0.6)], TOTAL, np.random.default_rng(3))
    forward = {e.model: e.verdict.n for e in replay(bits, ENDS, classes=2)}
    backward = {2 - e.model: e.verdict.n for e in replay(bits[::-1], ENDS, classes=2)}
    assert forward == backward


def test_equal_codes_race_to_the_end() -> None:
    row = race_bits([flat(0.0)], TOTAL, np.random.default_rng(4))
    assert replay(np.vstack([row, row]), ENDS, classes=2) == []


def test_bounded_is_a_code_with_a_ceiling() -> None:
    bits = np.array([0.0, 1.0, 5.0, 60.0])
    capped = bounded(bits, classes=4)
    assert capped.max() <= largest_loss(4)
    assert np.all(capped - bits <= 0.0015)
    p = np.array([0.7, 0.2, 0.1, 0.0])
    with np.errstate(divide="ignore"):
        assert np.exp2(-bounded(-np.log2(p), classes=4)).sum() == pytest.approx(1.0)


def test_lower_limit_covers_the_mean_at_every_time_it_is_looked_at() -> None:
    missed = 0
    for seed in range(300):
        generator = np.random.default_rng(seed)
        x = np.where(generator.random(1000) < 0.02, -8.0, 0.3)  # rare large losses of the leader: mean 0.134
        missed += any(gap_low(x[:t], 0.134, 1.35, 11.0, 0.05) > 0.134 for t in (50, 100, 200, 400, 700, 1000))
    assert missed <= 25  # Binomial(300, 0.05) exceeds 25 once in 100


def test_levels_sum_to_the_level() -> None:
    total = sum(stage_level(0.05, test, 4) for test in range(1, 5000)) * 4 * 3
    assert total == pytest.approx(0.05, rel=1e-3)


def test_cost_counts_tokens_times_parameters() -> None:
    bits = race_bits([flat(0.0), flat(1.5)], TOTAL, np.random.default_rng(5))
    eliminations = replay(bits, ENDS, classes=2, rules=Rules())
    assert eliminations[0].verdict.n == 512
    tokens = np.full(TOTAL, 7)
    assert embedding_cost(eliminations, tokens, [1e6, 3e6]) == pytest.approx((1 + 3 * 512 / TOTAL) / 4)
    assert embedding_cost([], tokens, [1e6, 3e6]) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_asymptotic_limit_drops_no_later_and_keeps_the_winner(seed: int) -> None:
    bits = race_bits([flat(g) for g in (0.0, 0.1, 0.3, 0.5)], TOTAL, np.random.default_rng(seed))
    exact = {e.model: e.verdict.n for e in replay(bits, ENDS, classes=2)}
    normal = {e.model: e.verdict.n for e in replay(bits, ENDS, classes=2, rules=Rules(asymptotic=True))}
    assert 0 not in normal
    assert all(normal[model] <= n for model, n in exact.items())
