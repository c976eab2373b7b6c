"""The chosen one after a race: coded to the end where somebody asks for a whole record, its price said before."""

from __future__ import annotations

from collections.abc import Sequence

from lit_hf.ranking.race import Outcome
from lit_hf.selection.backend import Backend
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.plan import Options
from lit_hf.selection.race import held_out_of
from lit_hf.selection.stages import inputs_for


def finish_chosen(
    candidates: Sequence[Candidate], outcome: Outcome | None, options: Options, backend: Backend
) -> None:  # fmt: skip
    """Give the chosen one its whole record, with `transfer` also L_IT; its record of the race stays beside it."""
    if outcome is None or outcome.chosen is None or not (options.finish or options.transfer):
        return
    chosen = candidates[outcome.chosen]
    reach, raced = chosen.reach, chosen.record
    if chosen.error is not None or (reach is None and not options.transfer):
        return
    if reach is not None and not chosen.complete:
        twins = chosen.job.settings.twins if options.transfer else 0
        share = price(candidates, outcome.chosen, reach.labels, twins)
        also = f", with {twins} random twin{'s' * (twins > 1)}," if twins else ","
        backend.say(f"{_name(chosen)} goes on to the end{also} which costs {share:.2f} of embedding everything.")
    chosen.reach, chosen.record = None, None
    backend.finish([chosen], transfer=options.transfer)
    chosen.reach, chosen.record, chosen.whole = reach, raced or chosen.record, chosen.record


def price(candidates: Sequence[Candidate], chosen: int, labels: int, twins: int) -> float:
    """Return what it costs to embed what `chosen` has not after `labels`, and its `twins`: a share of everything."""
    task, weights = candidates[chosen].job.task, [candidate.weight for candidate in candidates]
    share = weights[chosen] / sum(weights) if any(weights) else 1 / len(weights)
    whole = task.size + held_out_of(task)
    return share * (whole - inputs_for(task, labels) + twins * whole) / whole


def _name(candidate: Candidate) -> str:
    return candidate.job.encoder.info.id
