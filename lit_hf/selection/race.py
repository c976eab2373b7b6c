"""The race, live: all entrants advance shell by shell, and those that have lost stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import reason
from lit_hf.ranking.audit import Elimination, Finding, audit
from lit_hf.ranking.racing import Rules, stage
from lit_hf.runtime.units import run_units
from lit_hf.selection.candidate import Candidate, running

if TYPE_CHECKING:
    from lit_hf.runtime.progress import Progress
    from lit_hf.selection.fleet import FleetBackend
    from lit_hf.tasks import Task

AUDITED = 0.1
"""Share of the dropped that an audit lets finish."""
KEPT_PARAMETERS = 500_000_000
"""Weights of encoders with more parameters in all are given back after each shell, and loaded again for the next."""


@dataclass(frozen=True)
class Stage:
    """A stop of the race: `shell` groups are embedded, `labels` of them are coded, which are `groups`."""

    shell: int
    labels: int
    groups: int


def stages(task: Task) -> list[Stage]:
    """Return the stops, one a shell; increments of the coder do not end where shells do, so coding lags a little."""
    from lit_hf.codes.schedule import increments
    from lit_hf.features import shells

    stops = np.array([stop for _, stop in increments(task.groups)])
    found = list[Stage]()
    for end in shells():
        shell = min(end, task.size)
        embedded = int(np.searchsorted(task.groups, shell))
        coded = stops[stops <= embedded]
        if len(coded) and (not found or coded[-1] > found[-1].labels):
            found.append(Stage(shell, int(coded[-1]), int(task.groups[coded[-1] - 1]) + 1))
        if shell == task.size:
            return found
    raise AssertionError("shells have no end")


def run_race(
    candidates: Sequence[Candidate], task: Task, rules: Rules, progress: Progress, crew: FleetBackend | None = None
) -> None:
    """Drop (`exit`) entrants until one is left or all labels are coded; failures leave with their `error`.

    Stage by stage, whoever does the work: a `crew`, if there is one, or this process. One whose every label was coded
    in an earlier contest is never dropped: there is nothing left to save.
    """
    stops = stages(task)
    for number, stop in enumerate(stops):
        if crew is not None and number + 1 < rules.least_shells and stop is not stops[-1]:
            continue  # nobody is dropped so early: the first errand goes straight to the first verdict
        field = running(candidates)
        if len(field) < 2:
            return
        advance(field, stop, progress, crew)
        field = running(candidates)
        if stop is stops[-1] or not field:
            return
        bits = np.stack([candidate.group_bits(stop.labels) for candidate in field])
        ends = [each.groups for each in stops[: number + 1]]
        leader, verdicts = stage(bits, ends, task.size, len(task.classes), len(candidates), rules)
        for candidate, verdict in zip(field, verdicts, strict=True):
            if verdict is not None and verdict.eliminated and not candidate.complete:
                candidate.elimination = (field[leader], verdict)
                candidate.job.encoder.release()


def advance(field: Sequence[Candidate], stop: Stage, progress: Progress, crew: FleetBackend | None = None) -> None:
    """Embed and code to a stop; whoever fails has an `error` then."""
    large = sum(candidate.job.encoder.info.parameters for candidate in field) > KEPT_PARAMETERS
    behind = [candidate for candidate in field if not candidate.knows(stop.labels)]
    if crew is not None:
        crew.race(behind, stop, progress)
        return
    for candidate in behind:
        attempt(candidate, partial(candidate.embed, stop.shell))
        if large:
            candidate.job.encoder.release()
    able = [candidate for candidate in behind if candidate.error is None]
    units = [partial(attempt, candidate, partial(candidate.code, stop.labels)) for candidate in able]
    run_units(units, progress, f"code {stop.labels:,} labels") if units else None


def attempt(candidate: Candidate, work: Callable[[], Any]) -> Any:
    """Do `work`; what it raises, but for an interrupt, becomes the entrant's `error`."""
    try:
        return work()
    except Exception as error:  # whatever one checkpoint does, the others go on
        candidate.error = reason(error)
        candidate.job.encoder.release()
        return None


def run_audit(
    candidates: Sequence[Candidate], task: Task, seed: int, progress: Progress, crew: FleetBackend | None = None
) -> dict[str, Finding]:
    """Let a random tenth of the dropped (at least one) finish order 0; return what became of each, by entrant id."""
    dropped = [candidate for candidate in candidates if candidate.elimination is not None and candidate.error is None]
    count = ceil(AUDITED * len(dropped))
    chosen = np.random.default_rng([seed, 11]).permutation(len(dropped))[:count]
    return {dropped[i].id: found for i in chosen if (found := _finish(dropped[i], task, progress, crew)) is not None}


def _finish(candidate: Candidate, task: Task, progress: Progress, crew: FleetBackend | None) -> Finding | None:
    assert candidate.elimination is not None
    leader, verdict = candidate.elimination
    stops = stages(task)
    advance([candidate, leader], stops[-1], progress, crew)
    if candidate.error is not None or leader.error is not None:
        return None
    bits = np.stack([each.group_bits(stops[-1].labels) for each in (candidate, leader)])
    return audit(bits, [stop.groups for stop in stops], [Elimination(0, 1, verdict)])[0]
