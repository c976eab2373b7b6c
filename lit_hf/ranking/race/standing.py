"""One stop of a race: who leads, who leaves, who comes back, and whether it ends."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from lit_hf.ranking.race.betting import margin, stage_level
from lit_hf.ranking.race.drift import Drift, assumed, measure
from lit_hf.ranking.race.forecast import forecast, totals
from lit_hf.ranking.race.rules import Rules

Losses = Callable[[int, int], np.ndarray]
"""What the first n groups cost a candidate: (candidate, n) -> float64 [n], bits per label."""


class State(StrEnum):
    """Where a candidate is."""

    IN = "in"
    LEFT = "left"
    IDENTICAL = "identical"
    FAILED = "failed"


@dataclass(frozen=True)
class Standing:
    """A candidate at a stop: since which `n` [groups] it is where it is, and its risk against the leader.

    `risk`: of one that left, the largest against any leader since. `like`: of an identical one, who goes on for it.
    """

    state: State = State.IN
    n: int = 0
    risk: float = 0.0
    like: int | None = None


@dataclass(frozen=True)
class Race:
    """A race after a stop at `n` of `total` groups, the `test`-th (from 1).

    `started`: how many reached the first stop (M); a failure later does not lower it. `drifts`: of each stop so far,
    with its n and its number. `ended`: why it is over, or None.
    """

    rules: Rules
    total: int
    standings: tuple[Standing, ...]
    n: int = 0
    test: int = 0
    started: int = 0
    leader: int | None = None
    drifts: tuple[tuple[int, int, Drift], ...] = ()
    ended: str | None = None

    def of(self, state: State) -> list[int]:
        """Return the candidates that are there, in the order given."""
        return [k for k, each in enumerate(self.standings) if each.state is state]

    @property
    def drift(self) -> Drift:
        """Return the drift as it was measured last."""
        return self.drifts[-1][2] if self.drifts else assumed(self.rules)

    @property
    def risk(self) -> float:
        """Return the chance that anybody ends more than epsilon shorter than the leader: the risks' sum, at most 1."""
        counted = (each.risk for each in self.standings if each.state in (State.IN, State.LEFT))
        return min(1.0, sum(counted))


def begin(rules: Rules, total: int, candidates: int) -> Race:
    """Return a race before its first stop."""
    return Race(rules, total, tuple(Standing() for _ in range(candidates)))


def drop(race: Race, failed: Collection[int]) -> Race:
    """Return the race without those that `failed`.

    Who was identical to one of them goes on for itself. With nobody in it any more, everyone comes back that left: who
    they left for has failed.
    """
    gone = {k: Standing(State.FAILED, race.n) for k in failed if race.standings[k].state is not State.FAILED}
    orphans = [k for k in race.of(State.IDENTICAL) if race.standings[k].like in failed and k not in failed]
    race = _set(race, gone | {k: Standing(State.IN, race.standings[k].n) for k in orphans})
    if race.of(State.IN):
        return race
    left = race.of(State.LEFT)
    race = _set(race, {k: replace(race.standings[k], state=State.IN) for k in left})
    return replace(race, leader=None, ended=None if left else "failed")


def judge(race: Race, n: int, losses: Losses) -> Race:
    """Return the race after a stop at `n` groups, to which all are coded that are in it.

    At the first one it is settled how many started (M). Asked again at the same n, once those that came back are there
    too, it judges all of them anew.
    """
    started = race.started or len(race.of(State.IN))
    race = replace(_merge(race, n, losses), n=n, test=race.test + (n > race.n), started=started)
    return _verdicts(_led(_measured(race, losses), losses))


def settle(race: Race, losses: Losses) -> Race:
    """Return a race of which no more can be paid: who has not come as far as others in it leaves, with its risk.

    It is led by one that has not failed.
    """
    n = max(race.standings[k].n for k in race.of(State.IN))
    behind = [k for k in race.of(State.IN) if race.standings[k].n < n]
    race = replace(_set(race, {k: replace(race.standings[k], state=State.LEFT) for k in behind}), n=n)
    if race.leader is None or race.standings[race.leader].state is not State.IN:
        return _led(race, losses)
    return _set(race, {k: _again(race, k, race.leader, losses) for k in behind})


def _set(race: Race, changes: dict[int, Standing]) -> Race:
    return replace(race, standings=tuple(changes.get(k, each) for k, each in enumerate(race.standings)))


def _merge(race: Race, n: int, losses: Losses) -> Race:
    """Let one go on for all that have cost the same, to the last bit, so far: equal features give equal codes."""
    first: dict[bytes, int] = {}
    like = {k: first.setdefault(losses(k, n).tobytes(), k) for k in race.of(State.IN)}
    return _set(race, {k: Standing(State.IDENTICAL, n, 0.0, other) for k, other in like.items() if other != k})


def _measured(race: Race, losses: Losses) -> Race:
    """Measure the drift over those in; with fewer than three pairs the last one that had three stays."""
    found = measure(np.stack([losses(k, race.n) for k in race.of(State.IN)]), race.rules) or race.drift
    kept = tuple(each for each in race.drifts if each[0] != race.n)
    return replace(race, drifts=(*kept, (race.n, race.test, found)))


def _led(race: Race, losses: Losses) -> Race:
    """Find the leader, the least forecast total of those in, and the risk of all others against it."""
    inside = race.of(State.IN)
    leader = inside[int(totals(np.stack([losses(k, race.n) for k in inside]), race.total).argmin())]
    found = {k: _risk(race, k, leader, race.n, losses) if k != leader else 0.0 for k in inside}
    changes = {k: Standing(State.IN, race.n, risk) for k, risk in found.items()}
    if leader != race.leader:
        changes |= {k: _again(race, k, leader, losses) for k in race.of(State.LEFT)}
    return replace(_set(race, changes), leader=leader)


def _again(race: Race, k: int, leader: int, losses: Losses) -> Standing:
    """Return one that left with its risk against a new leader, from the n at which it left, if that is larger."""
    standing = race.standings[k]
    return replace(standing, risk=max(standing.risk, _risk(race, k, leader, standing.n, losses)))


def _risk(race: Race, k: int, leader: int, n: int, losses: Losses) -> float:
    """Return the risk of `k` against `leader` after `n` groups, with the drift and the level of that stop."""
    test, drift = next((test, drift) for stop, test, drift in race.drifts if stop == n)
    rules, behind, ahead = race.rules, losses(k, n), losses(leader, n)
    if rules.certain is None:
        return forecast(behind, ahead, race.total, drift).risk(rules.within)
    alpha = stage_level(rules.risk, test, max(race.started, 2))
    return float(margin(behind, ahead, race.total, rules.certain.bound, alpha, drift) <= -rules.within)


def _verdicts(race: Race) -> Race:
    """End the race, or let go who has lost and call back who may not have."""
    rules, started = race.rules, race.started
    others = [k for k in race.of(State.IN) if k != race.leader]
    if rules.budget is None and race.risk <= rules.risk:
        return replace(race, ended="all labels" if race.n == race.total else "risk")
    back = [k for k in race.of(State.LEFT) if race.standings[k].risk > rules.returns(started)]
    if not back and (not others or race.n == race.total):
        return replace(race, ended="all labels" if race.n == race.total else "alone")
    out = [k for k in others if race.standings[k].risk < rules.leaves(started)] if race.n < race.total else []
    changes = {k: replace(race.standings[k], state=State.LEFT) for k in out}
    return _set(race, changes | {k: replace(race.standings[k], state=State.IN) for k in back})
