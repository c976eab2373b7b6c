"""The backend of one process: checkpoints one after the other, what they code side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lit_hf.config import Settings
from lit_hf.errors import reason
from lit_hf.ranking.table import CandidateResult, not_loaded
from lit_hf.runtime.progress import NullProgress, Progress, speak
from lit_hf.runtime.units import run_units
from lit_hf.selection.backend import Backend, Plan, Scores
from lit_hf.selection.candidate import Candidate, attempt
from lit_hf.selection.finalists import finish
from lit_hf.selection.other_scores import scores_of
from lit_hf.selection.results import register
from lit_hf.selection.stages import inputs_for
from lit_hf.selection.stopwatch import Stopwatch
from lit_hf.tasks import Task

KEPT_PARAMETERS = 500_000_000
"""Weights of encoders with more parameters in all are given back after each shell, and loaded again for the next."""


@dataclass(frozen=True)
class Local(Backend):
    """This process does all the work."""

    progress: Progress = field(default_factory=NullProgress)

    def say(self, sentence: str) -> None:
        """Tell the user."""
        speak(self.progress, sentence)

    def register(self, plan: Plan, task: Task) -> tuple[list[Candidate], list[CandidateResult]]:
        """Load all checkpoints; those that cannot be are failures."""
        candidates, failed = list[Candidate](), list[CandidateResult]()
        with self.progress.task("load the checkpoints", len(plan)) as advance:
            for settings in plan:
                try:
                    candidates.append(self._register(settings, task))
                except Exception as error:  # one checkpoint's failure is a row
                    failed.append(not_loaded(settings.model, reason(error)))
                advance(1)
        return candidates, failed

    def _register(self, settings: Settings, task: Task) -> Candidate:
        from lit_hf.evaluation.job import Job

        stopwatch = Stopwatch(self.progress)
        job = Job.prepare(settings, stopwatch, task=task)
        job.encoder.release()  # a trial may have loaded the weights, and others are to be tried
        return register(job, stopwatch)

    def advance(self, candidates: Sequence[Candidate], n: int, orders: Sequence[int] = (0,)) -> None:
        """Embed and code; whoever fails has an `error` then."""
        large = sum(candidate.job.encoder.info.parameters for candidate in candidates) > KEPT_PARAMETERS
        behind = [candidate for candidate in candidates if not candidate.coded(n, orders)]
        with self.progress.task(f"{n:,} labels, checkpoints done", len(behind)) as done:
            for candidate in behind:
                attempt(candidate, partial(candidate.embed, inputs_for(candidate.job.task, n)))
                if large:
                    candidate.job.encoder.release()
                done(1)
        able = [candidate for candidate in behind if candidate.error is None]
        units = [partial(attempt, each, partial(each.code, n, order)) for each in able for order in orders]
        run_units(units, self.progress, f"code {n:,} labels") if units else None

    def finish(self, candidates: Sequence[Candidate], transfer: bool) -> None:
        """Code the finalists in all orders, and store each the moment it is done."""
        finish(candidates, self.progress, transfer)

    def score(self, candidates: Sequence[Candidate], n: int) -> list[Scores | None]:
        """Compute the scores from features that the race embedded anyway."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a solver stopped early is no news in a score of a thousand labels
            return run_units([partial(_scores, candidate, n) for candidate in candidates], self.progress, "rivals")

    def each(self, select: Callable[[Plan], dict[str, Any]], plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """Hold one selection after the other."""
        return [select(plan) for plan in plans]

    def close(self) -> None:
        """Do nothing: nothing is open."""


def _scores(candidate: Candidate, n: int) -> Scores | None:
    try:
        return scores_of(candidate, n)
    except Exception:  # a checkpoint that cannot be scored is still ranked
        return None
