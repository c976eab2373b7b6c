"""Races of hand-made curves, from which the right answer is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from lit_hf.ranking.race import Certain, Entrants, Outcome, Rules, Stop, hold, per_label, replay
from lit_hf.ranking.race.hold import least_budget, raced
from lit_hf.ranking.race.standing import State, begin, drop, judge
from tests.ranking.race.fields import blooming, flat, losses, stops, walking

TOTAL = 3000


@dataclass
class Failing(Entrants):
    """Candidates that fail when they are brought beyond a stop, and a note of who was brought where."""

    rows: np.ndarray
    fails: dict[int, int] = field(default_factory=dict)
    brought: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def bring(self, who: Sequence[int], stop: Stop) -> Collection[int]:
        self.brought.append((stop.groups, tuple(who)))
        return [k for k, n in self.fails.items() if stop.groups >= n]

    def losses(self, k: int, n: int) -> np.ndarray:
        assert n < self.fails.get(k, TOTAL + 1), "a failed candidate is not asked"
        return np.asarray(self.rows[k, :n])


def race(rows: np.ndarray, rules: Rules | None = None) -> Outcome:
    return replay(rows, stops(rows.shape[1], len(rows)), rules or Rules())


def test_parallel_curves_end_at_the_first_verdict() -> None:
    found = race(losses([flat(0.0), flat(0.3), flat(0.4), flat(0.5)], TOTAL, 0))
    assert (found.chosen, found.ended, found.race.n) == (0, "risk", 256)
    assert found.risk <= 0.05
    assert found.cost == pytest.approx(256 / TOTAL)
    assert [row.behind is None for row in found.rows] == [True, False, False, False]
    assert found.rows[1].behind is not None
    low, high = found.rows[1].behind.interval
    assert low < 0.3 < high


def test_all_far_behind() -> None:
    found = race(losses([flat(2.0), flat(0.0), flat(2.1), flat(2.2)], TOTAL, 1))
    assert (found.chosen, found.race.n) == (1, 256)
    assert found.race.drift.assumed == (found.race.drift.pairs == 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_late_bloomer_is_kept_where_the_field_drifts_so(seed: int) -> None:
    """It gains 0.1 bits a doubling and ends first; so do others gain and lose, and that is measured."""
    gaps = [blooming(*each, 32) for each in ((0.0, 0.0), (0.42, 0.1), (-0.1, -0.1), (0.5, 0.1), (-0.05, -0.1))]
    rows = losses(gaps, TOTAL, seed, spread=0.4)
    calm = losses([flat(gap) for gap in (0.0, 0.12, 0.2, 0.2, 0.25)], TOTAL, seed, spread=0.4)
    found, totals = race(rows), rows.mean(axis=1)
    assert found.race.drift.per_doubling > race(calm).race.drift.per_doubling
    assert totals.argmin() == 1
    assert found.chosen is not None
    assert totals[found.chosen] - totals[1] <= 0.02


def test_a_lone_late_bloomer_is_lost() -> None:
    """In a field that does not drift nobody expects it: no rule can, and an audit finds it."""
    gaps = [flat(0.0), blooming(0.3, 0.0), blooming(0.35, 0.0), lambda i: np.where(i < 1024, 0.3, -0.4), flat(0.4)]
    rows = losses(gaps, TOTAL, 0)
    found = race(rows)
    assert found.chosen == 0
    assert found.rows[3].behind is not None
    assert rows[3].mean() < rows[0].mean() - 0.02
    assert rows[3].mean() - rows[0].mean() < found.rows[3].behind.interval[0]


def test_crossing_curves_change_the_leader_and_call_back() -> None:
    """What left for a leader that is overtaken is judged again, from where it left, against the new one."""
    rows = losses([flat(0.0), flat(0.0), flat(0.14), flat(0.5)], TOTAL, 3, spread=0.3)
    rules = Rules(within=0.0, risk=0.2)
    first = judge(begin(rules, TOTAL, 4), 362, lambda k, n: rows[k, :n])
    assert first.leader is not None
    left = first.of(State.LEFT)
    assert 3 in left
    changed = rows.copy()
    other = 1 - first.leader
    changed[other, 362:] -= 0.3  # the other one turns out better from here on
    second = judge(first, 724, lambda k, n: changed[k, :n])
    assert second.leader == other
    for k in left:
        assert second.standings[k].n == 362
        assert second.standings[k].risk >= first.standings[k].risk


def test_who_may_have_been_wronged_comes_back_and_is_brought_up() -> None:
    rng, half = np.random.default_rng(0), 128
    rows = rng.normal(0, 0.2, (5, TOTAL))
    for start in range(0, TOTAL - half, half):
        part = rows[:, start : start + half]
        part -= part.mean(axis=1, keepdims=True)
    rows += np.array([0.0, 0.05, 0.12, 1.0, 0.05])[:, None]
    rows[0, 256:] += 2.0  # who leads at the first verdict falls far back
    entrants = Failing(rows)
    found = hold(entrants, stops(TOTAL, 5), Rules(within=0.0))
    assert found.chosen in (1, 4)
    assert entrants.brought[:3] == [(256, (0, 1, 2, 3, 4)), (362, (0, 1, 4)), (362, (2,))]
    assert found.rows[3].n == 256
    assert found.rows[2].n >= 362


def test_identical_codes_let_one_go_on_for_all() -> None:
    rows = losses([flat(0.0), flat(0.03), flat(0.5)], TOTAL, 0)
    rows = rows[[0, 1, 0, 1, 2, 0]]
    entrants = Failing(rows)
    found = hold(entrants, stops(TOTAL, 6), Rules())
    assert [row.like for row in found.rows] == [None, None, 0, 1, None, 0]
    assert all(found.rows[k].risk == 0 for k in (2, 3, 5))
    assert found.race.started == 6
    assert all(not {2, 3, 5} & set(who) for _, who in entrants.brought[1:])


def test_an_identical_one_goes_on_when_the_other_fails() -> None:
    rows = losses([flat(0.0), flat(0.03)], TOTAL, 0)[[0, 1, 0]]
    entrants = Failing(rows, {0: 400})
    found = hold(entrants, stops(TOTAL, 3), Rules(within=0.0))
    assert found.rows[0].state is State.FAILED
    assert found.rows[2].like is None
    assert (512, (0, 1)) in entrants.brought
    assert (512, (2,)) in entrants.brought


def test_two_entrants_assume_the_drift() -> None:
    found = race(losses([flat(0.0), flat(0.4)], TOTAL, 0), Rules(assumed=0.11))
    assert found.race.drift.assumed
    assert found.race.drift.per_doubling == pytest.approx(0.11)
    assert found.chosen == 0


def test_one_entrant_and_short_streams_hold_no_race() -> None:
    assert not raced(TOTAL, 1)
    assert not raced(511, 20)
    assert raced(512, 2)
    for rows in (losses([flat(0.0)], TOTAL, 0), losses([flat(0.0), flat(1.0)], 255, 0)):
        found = race(rows)
        assert (found.ended, found.cost, found.chosen) == ("no race", 1.0, 0)
        assert all(row.n == rows.shape[1] for row in found.rows)


def test_one_that_fails_in_the_middle_does_not_lower_the_count() -> None:
    rows = losses([flat(0.0), flat(0.01), flat(0.02), flat(0.6)], TOTAL, 0)
    found = hold(Failing(rows, {1: 700}), stops(TOTAL, 4), Rules(within=0.0))
    assert found.race.started == 4
    assert found.rows[1].state is State.FAILED
    assert found.rows[1].behind is None
    assert found.chosen in (0, 2)


def test_one_that_fails_before_the_first_verdict_takes_no_part() -> None:
    rows = losses([flat(0.0), flat(0.01), flat(0.5)], TOTAL, 0)
    found = hold(Failing(rows, {0: 1}), stops(TOTAL, 3), Rules())
    assert found.race.started == 2
    assert found.chosen == 1


def test_when_all_but_the_left_fail_they_come_back() -> None:
    rows = losses([flat(0.0), flat(0.005), flat(0.6), flat(0.7)], TOTAL, 0)
    entrants = Failing(rows, {0: 500, 1: 500})
    found = hold(entrants, stops(TOTAL, 4), Rules(within=0.0))
    assert found.chosen == 2
    assert (512, (2, 3)) in entrants.brought
    everyone = hold(Failing(rows, dict.fromkeys(range(4), 1)), stops(TOTAL, 4), Rules())
    assert (everyone.chosen, everyone.ended) == (None, "failed")


def test_a_failure_is_dropped_once() -> None:
    at = judge(begin(Rules(), TOTAL, 3), 256, lambda k, n: losses([flat(0.0)] * 3, TOTAL, k)[k, :n])
    once = drop(at, [1])
    assert drop(once, [1]) == once


def test_a_verdict_looks_at_nothing_later() -> None:
    rows = walking(6, TOTAL, 0.05, 0.05, 0)
    found = race(rows)
    other = rows.copy()
    other[:, found.race.n :] = 99.0
    again = race(other)
    assert (again.chosen, again.race, again.rows) == (found.chosen, found.race, found.rows)


def test_groups_count_as_many_labels_as_they_have() -> None:
    rows = losses([flat(0.0), flat(0.05), flat(0.1)], TOTAL, 0)
    doubled = per_label(2 * rows, groups=TOTAL, labels=2 * TOTAL)
    assert race(doubled) == race(rows)


def test_a_tie_goes_to_the_last_label() -> None:
    first = losses([flat(0.0)], TOTAL, 0)[0]
    found = race(np.stack([first, first.reshape(-1, 2)[:, ::-1].ravel()]), Rules(within=0.0))
    assert (found.ended, found.cost, found.risk) == ("all labels", 1.0, 0.0)


def test_the_cost_is_what_each_has_paid() -> None:
    rows = losses([flat(0.0), flat(0.01), flat(1.5)], TOTAL, 0)
    sizes = (1.0, 2.0, 5.0)
    priced = [Stop(stop.groups, tuple(size * stop.groups for size in sizes)) for stop in stops(TOTAL, 3)]
    found = replay(rows, priced, Rules(within=0.0))
    paid = sum(size * row.n for size, row in zip(sizes, found.rows, strict=True))
    assert found.rows[2].n == 256
    assert found.cost == pytest.approx(paid / (sum(sizes) * TOTAL))


def test_a_budget_is_kept_and_its_risk_stated() -> None:
    rows = losses([flat(0.0), flat(0.0), flat(0.01), flat(0.4)], TOTAL, 4)
    at = stops(TOTAL, 4)
    for budget in (0.1, 0.15, 0.3):
        found = replay(rows, at, Rules(budget=budget))
        assert found.cost <= budget + 1e-12
        assert found.ended == "budget"
        assert 0 < found.risk <= 1
    assert least_budget(at) == pytest.approx(256 / TOTAL)
    assert race(losses([flat(0.0), flat(1.5)], TOTAL, 0), Rules(budget=0.5)).ended == "alone"


def test_a_proof_costs_more_and_drops_nobody_near() -> None:
    rows = losses([flat(1.0), flat(1.01), flat(1.8), flat(1.9), flat(3.0)], 8000, 0).clip(0, 11)
    rules = Rules(certain=Certain(11.0))
    found = race(rows, rules)
    assert found.chosen in (0, 1)
    assert {0, 1} >= {k for k, row in enumerate(found.rows) if row.n == 8000}
    assert found.cost > race(rows, replace(rules, certain=None)).cost
    assert found.rows[4].n <= found.rows[2].n < 8000


def test_a_budget_that_ends_as_the_leader_fails_chooses_one_that_is_there() -> None:
    """Who was identical to the failed one stands where it was coded, and takes its place."""
    rows = losses([flat(0.0), flat(0.0), flat(0.05), flat(0.1)], TOTAL, 3)
    rows[1] = rows[0]
    where = stops(TOTAL, 4)
    second = where[[stop.groups for stop in where].index(256) + 1].groups
    rules = Rules(risk=1e-9, budget=(256 + 3 * second + 1) / (4 * TOTAL))
    found = hold(Failing(rows, {0: second}), where, rules)
    assert (found.chosen, found.ended, found.race.n) == (1, "budget", 256)
    assert [row.state for row in found.rows] == [State.FAILED, State.IN, State.IN, State.IN]
    assert found.rows[2].behind is not None
    assert 0 < found.rows[3].risk < found.rows[2].risk < 1


def test_a_budget_that_ends_as_all_in_it_fail_chooses_from_those_that_left() -> None:
    rows = losses([flat(0.0), flat(0.01), flat(1.0), flat(1.1), flat(1.2)], TOTAL, 4)
    where = stops(TOTAL, 5)
    second = where[[stop.groups for stop in where].index(256) + 1].groups
    rules = Rules(risk=0.05, budget=(3 * 256 + 2 * second + 1) / (5 * TOTAL))
    found = hold(Failing(rows, {0: second, 1: second}), where, rules)
    assert (found.chosen, found.ended) == (2, "budget")
    assert [row.state for row in found.rows[:2]] == [State.FAILED] * 2


def test_who_was_identical_to_one_that_failed_stands_where_it_was_coded() -> None:
    whole = judge(begin(Rules(), TOTAL, 3), 256, lambda k, n: np.arange(n) + 1.0 * (k == 2))
    later = replace(whole, n=362)
    assert drop(later, {0}).standings[1].n == 256
