"""The race, live: candidates are embedded and coded from stop to stop, as `lit_hf.ranking.race` asks for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.errors import BudgetTooSmall, NoProof
from lit_hf.ranking.race import Certain, Entrants, Outcome, Rules, Stop, hold, per_label
from lit_hf.ranking.race.hold import least_budget, raced
from lit_hf.ranking.race.rules import LEAST_GROUPS, assumed_drift, default_within
from lit_hf.ranking.race.standing import State
from lit_hf.selection.backend import Backend
from lit_hf.selection.candidate import Candidate, Reach, able
from lit_hf.selection.stages import Stage, labels_of, stages

if TYPE_CHECKING:
    from lit_hf.selection.plan import Options
    from lit_hf.tasks import Task


@dataclass(frozen=True)
class Live(Entrants):
    """Candidates whose losses a backend makes; what is stored of them is not made again."""

    candidates: Sequence[Candidate]
    task: Task
    backend: Backend
    bounded: bool

    def bring(self, who: Sequence[int], stop: Stop) -> Collection[int]:
        """Have them coded up to a stop."""
        for k in set(range(len(self.candidates))) - set(who):
            self.candidates[k].job.encoder.release()
        self.backend.advance([self.candidates[k] for k in who], labels_of(self.task, stop.groups))
        return [k for k, candidate in enumerate(self.candidates) if candidate.error is not None]

    def losses(self, k: int, n: int) -> np.ndarray:
        """Return what the first groups cost one, in bits per label."""
        paid = self.candidates[k].group_bits(labels_of(self.task, n), bounded=self.bounded)
        return per_label(paid, self.task.group_count, answers_of(self.task))


def answers_of(task: Task) -> int:
    """Return how many labels the race counts: of several labels that may hold together, each answer."""
    return len(task.labels) * task.target.answers


def no_race(task: Task, candidates: Sequence[Candidate]) -> str | None:
    """Return why these hold no race, or None."""
    count = len(able(candidates))
    if raced(task.group_count, count):
        return None
    if count < 2:
        return "one checkpoint has nobody to race against"
    return (
        f"{task.group_count:,} distinct inputs are too few to forecast from (a race needs {LEAST_GROUPS}), "
        "so all labels are coded"
    )


def rules_of(task: Task, options: Options) -> Rules:
    """Return the rules of a race for the task's labels; raise `NoProof` where --certain has none for them."""
    target, choices = task.target, task.target.choices
    certain = None
    if options.certain:
        if target.largest_loss is None or target.answers > 1 or task.group_count < len(task.labels):
            raise NoProof(_unproved(task))
        certain = Certain(target.largest_loss)
    return Rules(
        default_within(choices) if options.within is None else options.within,
        Rules.risk if options.risk is None else options.risk,
        options.budget, assumed_drift(choices), certain,
    )  # fmt: skip


def _unproved(task: Task) -> str:
    if task.target.largest_loss is None:
        return "nothing bounds what one of these labels may cost"
    if task.target.answers > 1:
        return f"each example has {task.target.answers} labels"
    return f"{len(task.labels):,} labels lie in {task.group_count:,} groups"


def stops_of(task: Task, candidates: Sequence[Candidate]) -> list[Stop]:
    """Return the stops of a race with what each candidate has paid there: inputs times tokens times parameters.

    With the last stop, where all labels are coded, go the held-out inputs.
    """
    weights = [candidate.weight for candidate in candidates]
    if not any(weights):
        weights = [1.0] * len(weights)
    inputs = [(each.groups, each.shell + (each.shell == task.size) * held_out_of(task)) for each in stages(task)]
    return [Stop(groups, tuple(count * weight for weight in weights)) for groups, count in inputs]


def held_out_of(task: Task) -> int:
    """Return how many inputs are held out."""
    return 0 if task.holdout is None else len(task.holdout.inputs)


def require_budget(task: Task, candidates: Sequence[Candidate], options: Options) -> None:
    """Raise `BudgetTooSmall` where a budget ends before the first verdict, or there is none."""
    if options.budget is None or not options.race:
        return
    least = 1.0 if no_race(task, candidates) else least_budget(stops_of(task, candidates))
    if options.budget < least * (1 - 1e-9):
        raise BudgetTooSmall(options.budget, least)


def run_race(candidates: Sequence[Candidate], task: Task, options: Options, backend: Backend, orders: int) -> Outcome:
    """Hold the race, and say of each candidate how far it came (`reach`); failures leave with their `error`.

    Those in it at its end are coded in `orders` of what all of them have. Should one fail at that, the race is held
    again without it: its losses are all there.
    """
    rules, stops = rules_of(task, options), stops_of(task, candidates)
    entrants = Live(candidates, task, backend, bounded=rules.certain is not None)
    while True:
        outcome = hold(entrants, stops, rules)
        reached = _reach(candidates, outcome, task, orders)
        field = [each for each in able(candidates) if each.reach is not None and not each.reach.left]
        if outcome.chosen is None or not field:
            return outcome
        backend.advance(field, reached.labels, range(orders))
        if len(able(field)) == len(field):
            return _ended(candidates, outcome)


def _reach(candidates: Sequence[Candidate], outcome: Outcome, task: Task, orders: int) -> Stage:
    """Set how far each candidate came; return where the race ended."""
    leader = "" if outcome.chosen is None else candidates[outcome.chosen].id
    for candidate, row in zip(candidates, outcome.rows, strict=True):
        if row.state is not State.FAILED:
            left = row.state is not State.IN
            labels = labels_of(task, row.n)
            candidate.reach = Reach(labels, row.n, 1 if left else orders, left, leader)
    return Stage(0, labels_of(task, outcome.race.n), outcome.race.n)


def _ended(candidates: Sequence[Candidate], outcome: Outcome) -> Outcome:
    """Let those go to the end whose labels are all coded: what is missing are held-out examples."""
    for candidate in candidates:
        if candidate.reach is not None and not candidate.reach.left and outcome.race.n == outcome.race.total:
            candidate.reach = None
    return outcome
