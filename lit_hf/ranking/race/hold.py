"""A whole race, stop by stop: live, where losses are made as it asks for them, and replayed from stored ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from lit_hf.ranking.race.forecast import Forecast, forecast, last_half
from lit_hf.ranking.race.rules import LEAST_CODED, LEAST_GROUPS, Rules
from lit_hf.ranking.race.standing import Race, State, begin, drop, judge, settle


@dataclass(frozen=True)
class Stop:
    """Where a race may stop: `groups` are coded, for which each candidate has paid `cost` [M], all shells so far.

    Costs are in any unit, tokens times parameters for one. They are what it costs with nothing stored: a race gives
    the same result whatever is.
    """

    groups: int
    cost: tuple[float, ...]


class Entrants(Protocol):
    """Who races: M candidates that are brought from stop to stop."""

    def bring(self, who: Sequence[int], stop: Stop) -> Collection[int]:
        """Have the losses of `who` up to `stop`; return those of all that have failed by now."""

    def losses(self, k: int, n: int) -> np.ndarray:
        """Return what the first `n` groups cost candidate `k`, float64 [n], bits per label."""


@dataclass(frozen=True)
class Row:
    """What became of a candidate.

    `n`: groups at which it left, failed, or was last judged. `risk`: that it ends more than epsilon shorter than the
    chosen one. `behind`: forecast of how far it ends behind it, from its n; None for the chosen one, and one that
    failed. `like`: who went on for it, being identical so far. `late`: bits per label of the last half of its n.
    """

    state: State
    n: int
    risk: float
    behind: Forecast | None
    like: int | None
    late: float | None


@dataclass(frozen=True)
class Outcome:
    """`ended`: "risk", "budget", "alone" (all others left), "all labels", or "failed", with nobody left.

    `chosen`: the leader then. `race`: its last state. `cost`: what it paid, as a share of embedding everything.
    """

    chosen: int | None
    ended: str
    race: Race
    rows: tuple[Row, ...]
    cost: float

    @property
    def risk(self) -> float:
        """Return the chance that any other ends more than epsilon shorter: what is stated."""
        return self.race.risk


def raced(total: int, candidates: int) -> bool:
    """Whether there is a race at all: two candidates, and 512 groups."""
    return candidates > 1 and total >= LEAST_GROUPS


def verdict_stops(stops: Sequence[Stop]) -> list[Stop]:
    """Return the stops that have a verdict: those with at least 256 coded groups."""
    return [stop for stop in stops if stop.groups >= LEAST_CODED]


def hold(entrants: Entrants, stops: Sequence[Stop], rules: Rules) -> Outcome:
    """Hold a race over `stops`, the last of which is at N; `raced` says whether there is one to hold."""
    ahead = verdict_stops(stops)
    whole = ahead[-1]
    race, paid = begin(rules, whole.groups, len(whole.cost)), np.zeros(len(whole.cost))
    for stop in ahead:
        here = set[int]()
        while race.ended is None and (who := [k for k in race.of(State.IN) if k not in here]):
            after = paid.copy()
            after[who] = np.array(stop.cost)[who]
            if race.n and _over_budget(after, whole, rules):
                race = replace(settle(race, entrants.losses), ended="budget")
                break
            paid, here = after, here | set(who)
            race = drop(race, entrants.bring(who, stop))
            if race.ended is None and set(race.of(State.IN)) <= here:
                race = judge(race, stop.groups, entrants.losses)
        if race.ended is not None:
            break
    return _outcome(race, entrants, float(paid.sum() / sum(whole.cost)))


def _over_budget(paid: np.ndarray, whole: Stop, rules: Rules) -> bool:
    return rules.budget is not None and paid.sum() > rules.budget * sum(whole.cost) * (1 + 1e-9)


@dataclass(frozen=True)
class _Stored(Entrants):
    """Candidates of which all losses are there, float64 [M, N]."""

    rows: np.ndarray

    def bring(self, who: Sequence[int], stop: Stop) -> Collection[int]:
        return ()

    def losses(self, k: int, n: int) -> np.ndarray:
        return np.asarray(self.rows[k, :n])


def replay(losses: np.ndarray, stops: Sequence[Stop], rules: Rules) -> Outcome:
    """Hold a race over stored `losses` [M, N], bits per label in order 0; without a race all end at N."""
    entrants = _Stored(losses)
    if raced(losses.shape[1], len(losses)):
        return hold(entrants, stops, rules)
    total = losses.shape[1]
    leader = int(losses.sum(axis=1).argmin())
    race = replace(begin(rules, total, len(losses)), n=total, started=len(losses), leader=leader)
    race = replace(race, standings=tuple(replace(each, n=total) for each in race.standings), ended="no race")
    return _outcome(race, entrants, 1.0)


def _outcome(race: Race, entrants: Entrants, cost: float) -> Outcome:
    assert race.ended is not None
    rows = tuple(_row(race, k, entrants) for k in range(len(race.standings)))
    return Outcome(race.leader, race.ended, race, rows, cost)


def _row(race: Race, k: int, entrants: Entrants) -> Row:
    standing, leader = race.standings[k], race.leader
    failed = standing.state is State.FAILED
    state = State.LEFT if standing.state is State.IN and standing.n < race.n else standing.state
    if failed or not standing.n:
        return Row(state, standing.n, standing.risk, None, standing.like, None)
    own = entrants.losses(k, standing.n)
    late = float(own[last_half(standing.n) :].mean())
    if leader is None or k == leader:
        return Row(state, standing.n, 0.0, None, standing.like, late)
    drift = next((drift for n, _, drift in race.drifts if n == standing.n), race.drift)
    behind = forecast(own, entrants.losses(leader, standing.n), race.total, drift)
    return Row(state, standing.n, standing.risk, behind, standing.like, late)


def least_budget(stops: Sequence[Stop]) -> float:
    """Return what the first verdict costs, as a share of embedding everything: no smaller budget holds a race."""
    return sum(verdict_stops(stops)[0].cost) / sum(stops[-1].cost)
