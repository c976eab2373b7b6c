"""The race, live: all candidates advance shell by shell, and those that have lost stop."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from lit_hf.ranking.audit import Elimination, Finding, audit
from lit_hf.ranking.racing import Rules, stage
from lit_hf.selection.backend import Backend
from lit_hf.selection.candidate import Candidate, running
from lit_hf.selection.stages import stages
from lit_hf.tasks import Task

AUDITED = 0.1
"""Share of the eliminated that an audit lets finish."""


def run_race(candidates: Sequence[Candidate], task: Task, rules: Rules, backend: Backend) -> None:
    """Eliminate candidates until one is left or all labels are coded; failures leave with their `error`.

    Where nothing bounds the loss of a label, as of a number, no verdict is safe, and nobody is eliminated. Nobody is
    before `rules.least_shells` either, so the first advance goes straight to the first verdict. One whose every label
    was coded in an earlier selection never is: there is nothing left to save.
    """
    bound, stops = task.target.largest_loss, stages(task)
    if bound is None:
        return
    for number, stop in enumerate(stops):
        if number + 1 < rules.least_shells and stop is not stops[-1]:
            continue
        racing = running(candidates)
        if len(racing) < 2:
            return
        backend.advance(racing, stop.labels)
        racing = running(candidates)
        if stop is stops[-1] or not racing:
            return
        bits = np.stack([candidate.group_bits(stop.labels) for candidate in racing])
        ends = [each.groups for each in stops[: number + 1]]
        leader, verdicts = stage(bits, ends, task.group_count, bound, len(candidates), rules)
        for candidate, verdict in zip(racing, verdicts, strict=True):
            if verdict is not None and verdict.eliminated and not candidate.complete:
                candidate.elimination = (racing[leader], verdict)
                candidate.job.encoder.release()


def run_audit(candidates: Sequence[Candidate], task: Task, seed: int, backend: Backend) -> dict[str, Finding]:
    """Let a random tenth of the eliminated (at least one) finish order 0; return what became of each, by id."""
    out = [candidate for candidate in candidates if candidate.elimination is not None and candidate.error is None]
    count = ceil(AUDITED * len(out))
    chosen = np.random.default_rng([seed, 11]).permutation(len(out))[:count]
    return {out[i].id: found for i in chosen if (found := _run_on(out[i], task, backend)) is not None}


def _run_on(candidate: Candidate, task: Task, backend: Backend) -> Finding | None:
    """Code order 0 to its end with an eliminated candidate and with the leader that it lost to."""
    assert candidate.elimination is not None
    leader, verdict = candidate.elimination
    stops = stages(task)
    backend.advance([candidate, leader], stops[-1].labels)
    if candidate.error is not None or leader.error is not None:
        return None
    bits = np.stack([each.group_bits(stops[-1].labels) for each in (candidate, leader)])
    return audit(bits, [stop.groups for stop in stops], [Elimination(0, 1, verdict)])[0]
