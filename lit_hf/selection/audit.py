"""An audit of a race: some of those that left, and the runner-up, are coded to the end beside the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.ranking.race import Outcome
from lit_hf.ranking.race.standing import State
from lit_hf.selection.backend import Backend
from lit_hf.selection.candidate import Candidate

if TYPE_CHECKING:
    from lit_hf.tasks import Task

AUDITED = 0.1
"""Share of those that left which an audit lets finish, one at least."""


@dataclass(frozen=True)
class Finding:
    """What became of one that was run to the end of order 0.

    `final_bits`: its codelength less that of the chosen one. `overtook`: it ended more than epsilon shorter.
    `in_interval`: it ended within the 95 % interval of its forecast.
    """

    final_bits: float
    overtook: bool
    in_interval: bool


def run_audit(
    candidates: Sequence[Candidate], outcome: Outcome, task: Task, seed: int, backend: Backend
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Let a random tenth of those that left, and the runner-up, finish order 0; return what became of each, by id."""
    chosen = outcome.chosen
    if chosen is None or candidates[chosen].error is not None:
        return {}
    who = [k for k in _whom(outcome, seed) if candidates[k].error is None]
    if who:
        backend.advance([candidates[k] for k in (chosen, *who)], len(task.labels))
    if candidates[chosen].error is not None:
        return {}
    found = {k: _finding(candidates[k], candidates[chosen], k, outcome, task) for k in who if not candidates[k].error}
    return {candidates[k].id: asdict(each) for k, each in found.items()}


def _whom(outcome: Outcome, seed: int) -> list[int]:
    """Return whom to audit: nobody whose end is known."""
    short = [k for k, row in enumerate(outcome.rows) if row.behind is not None and row.n < outcome.race.total]
    left = [k for k in short if outcome.rows[k].state is State.LEFT]
    drawn = np.random.default_rng([seed, 11]).permutation(len(left))[: ceil(AUDITED * len(left))]
    runner_up = min(short, key=lambda k: outcome.rows[k].behind.behind, default=None)  # type: ignore[union-attr]
    return sorted({*(left[i] for i in drawn), *([] if runner_up is None else [runner_up])})


def _finding(candidate: Candidate, chosen: Candidate, k: int, outcome: Outcome, task: Task) -> Finding:
    from lit_hf.selection.race import answers_of

    labels, forecast = len(task.labels), outcome.rows[k].behind
    assert forecast is not None
    final = float((candidate.group_bits(labels) - chosen.group_bits(labels)).sum())
    low, high = forecast.interval
    behind = final / answers_of(task)
    return Finding(final, behind < -outcome.race.rules.within, low <= behind <= high)
