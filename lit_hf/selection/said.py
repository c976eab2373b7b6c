"""What a ranking says of a race and its cost, as plain values: a function of what the race came to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.ranking.race import Outcome, Row, per_label
from lit_hf.ranking.race.betting import shrinkage
from lit_hf.ranking.race.drift import SEEN
from lit_hf.ranking.race.forecast import last_half
from lit_hf.ranking.race.standing import State
from lit_hf.ranking.table import READING, CandidateResult, Raced
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.race import answers_of, held_out_of
from lit_hf.selection.stages import inputs_for, labels_of

if TYPE_CHECKING:
    from lit_hf.records.record import Record
    from lit_hf.tasks import Task


def results_of(
    candidates: Sequence[Candidate], outcome: Outcome | None, findings: Mapping[str, dict[str, Any]]
) -> list[CandidateResult]:
    """Return the result of each candidate."""
    rows: Sequence[Row | None] = [None] * len(candidates) if outcome is None else outcome.rows
    pairs = zip(candidates, rows, strict=True)
    return [_result(candidate, candidates, row, outcome, findings.get(candidate.id)) for candidate, row in pairs]


def _result(
    candidate: Candidate, candidates: Sequence[Candidate], row: Row | None, outcome: Outcome | None,
    audit: dict[str, Any] | None,
) -> CandidateResult:  # fmt: skip
    info, failed = candidate.job.encoder.info, candidate.error is not None
    record = None if failed else candidate.record
    raced = None if row is None or outcome is None or record is None else _raced(row, candidates, outcome)
    return CandidateResult(
        info.id, info.revision, record, candidate.error, info.parameters, candidate.transfer, audit,
        {name: getattr(info, name) for name in READING}, info.working, raced, None if failed else candidate.whole,
        None if record is None else _late(record, candidate.job.task),
    )  # fmt: skip


def _raced(row: Row, candidates: Sequence[Candidate], outcome: Outcome) -> Raced:
    chosen, total = row.behind is None, outcome.race.total
    return Raced(
        row.n, total, row.state is not State.IN, None if row.like is None else candidates[row.like].id,
        None if row.behind is None else row.behind.behind, None if row.behind is None else row.behind.interval,
        None if chosen else row.risk,
    )  # fmt: skip


def _late(record: Record, task: Task) -> float:
    """Return the bits per label of the last half of the groups of order 0, as far as they are coded."""
    from lit_hf.measures.intervals import by_group

    groups = np.asarray(record.arrays["groups"])
    paid = by_group(np.asarray(record.arrays["bits_encoder"][0]), groups)
    return float(per_label(paid, task.group_count, answers_of(task))[last_half(len(paid)) :].mean())


def race_section(
    candidates: Sequence[Candidate], outcome: Outcome | None, task: Task, why: str | None
) -> dict[str, Any]:  # fmt: skip
    """Return the rules of the race and what it came to; null where there was none, with the reason if it was asked."""
    if outcome is None:
        return {"race": None} if why is None else {"race": None, "race_reason": why}
    race, rules, drift = outcome.race, outcome.race.rules, outcome.race.drift
    scale = 1.0 if drift.assumed else SEEN**0.5
    return {"race": {
        "rule": rules.name, "within": rules.within, "risk": None if rules.name == "budget" else rules.risk,
        "budget": rules.budget, "drift": drift.per_doubling, "drift_uncorrected": drift.per_doubling * scale,
        "drift_assumed": drift.assumed, "pairs": drift.pairs, "gaps": drift.gaps,
        "shrinkage": shrinkage(drift) if rules.certain else None,
        "stated_risk": outcome.risk, "ended": outcome.ended, "n": race.n, "of": race.total,
        "labels": labels_of(task, race.n), "answers": answers_of(task), "started": race.started,
        "chosen": None if outcome.chosen is None else candidates[outcome.chosen].id, "cost": outcome.cost,
        "labels_for_a_tie": _labels_for_a_tie(candidates, outcome, task),
    }}  # fmt: skip


def _labels_for_a_tie(candidates: Sequence[Candidate], outcome: Outcome, task: Task) -> int | None:
    """Return about how many labels a tie within epsilon needs, (1.64 s / epsilon)^2, where the race went on to N.

    s: standard deviation of a group's difference between the chosen one and the nearest other that is there to the end.
    """
    chosen, within = outcome.chosen, outcome.race.rules.within
    near = [k for k, row in enumerate(outcome.rows) if row.behind is not None and row.n == outcome.race.total]
    near = [k for k in near if candidates[k].error is None]
    if chosen is None or not near or within == 0 or candidates[chosen].error is not None:
        return None
    other = min(near, key=lambda k: outcome.rows[k].behind.behind)  # type: ignore[union-attr]
    labels = len(task.labels)
    gap = candidates[other].group_bits(labels) - candidates[chosen].group_bits(labels)
    return round((1.64 * float(per_label(gap, task.group_count, answers_of(task)).std()) / within) ** 2)


def cost_section(
    candidates: Sequence[Candidate], outcome: Outcome | None, audited: Collection[str], task: Task, seconds: float
) -> dict[str, Any]:  # fmt: skip
    """Return what was embedded, as shares of a selection without a race: inputs x tokens x parameters.

    `audited`: ids of those that an audit coded to the end, beside the chosen one. Held-out inputs count where they are
    embedded, with whoever went to the end; random twins are not counted. `work_share`: of the parameters that work on a
    token, tables of embeddings left out; `work_share_all_parameters`: of all.
    """
    rows: Sequence[Row | None] = [None] * len(candidates) if outcome is None else outcome.rows
    inputs = [_inputs(candidate, row, task) for candidate, row in zip(candidates, rows, strict=True)]
    if outcome is not None and outcome.chosen is not None and audited:
        last = {candidates[outcome.chosen].id, *audited}
        pairs = zip(inputs, candidates, strict=True)
        inputs = [max(count, task.size) if candidate.id in last else count for count, candidate in pairs]
    return {
        "embedded_now": sum(candidate.job.computed for candidate in candidates),
        "work_share": _share([candidate.weight for candidate in candidates], inputs, task),
        "work_share_all_parameters": _share(
            [each.tokens * each.job.encoder.info.parameters for each in candidates], inputs, task
        ),
        "tokens_per_input": [candidate.tokens for candidate in candidates],
        "seconds": seconds,
    }


def _share(weights: Sequence[float], inputs: Sequence[int], task: Task) -> float | None:
    whole = sum(weights) * (task.size + held_out_of(task))
    done = sum(count * weight for count, weight in zip(inputs, weights, strict=True))
    return done / whole if whole else None


def _inputs(candidate: Candidate, row: Row | None, task: Task) -> int:
    """Return how many inputs a candidate's part of the ranking is read from; of one that failed, as far as it came."""
    whole = task.size + held_out_of(task)
    if row is not None and candidate.error is not None:
        return inputs_for(task, labels_of(task, row.n)) if row.n else 0
    if candidate.reach is None or candidate.whole is not None:
        return whole
    return inputs_for(task, candidate.reach.labels)
