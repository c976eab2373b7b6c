"""Hold a selection: load, race, code to the end what is to be, compute other scores, and write the ranking."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from lit_hf.coding.order import Code
from lit_hf.config import Settings, from_mapping
from lit_hf.errors import BadSetting, warn
from lit_hf.ranking.table import CandidateResult, rank_rows
from lit_hf.selection.audit import run_audit
from lit_hf.selection.backend import Backend, Plan
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.chosen import finish_chosen
from lit_hf.selection.plan import OF_RANKINGS, Options, Skipped
from lit_hf.selection.said import cost_section, race_section, results_of

if TYPE_CHECKING:
    from lit_hf.runtime.fleet import FleetSettings
    from lit_hf.runtime.progress import Progress
    from lit_hf.tasks import Task

SCHEMA = "lit-hf/ranking/2"


def rank(
    dataset: Any,
    models: Sequence[str],
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Rank `models` by the bits that the labels of `dataset` cost with each; return the ranking (schema ranking-2).

    `settings` are the fields of `lit_hf.Settings`; `dtype` is "native" unless given. A model that fails is a row with
    its reason; whatever is wrong with the dataset raises `LitError`.
    """
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.selection.local import Local

    named, data = (dataset, None) if isinstance(dataset, str) else ("in memory", dataset)
    plan = [from_mapping({"model": model, "dataset": named, **OF_RANKINGS, **settings}, "rank()") for model in models]
    return select(plan, options or Options(), Local(progress or NullProgress()), data=data)


def select(
    plan: Plan, options: Options, backend: Backend, *, skipped: Sequence[Skipped] = (), data: Any = None
) -> dict[str, Any]:
    """Rank the checkpoints of `plan`, all on one dataset; `backend` does the work. `data`: the dataset, when loaded."""
    from lit_hf.runtime.devices import find_place
    from lit_hf.runtime.native import in_one_type
    from lit_hf.selection.race import no_race, require_budget, rules_of, run_race
    from lit_hf.tasks import load_task

    began = time.perf_counter()
    plan = [in_one_type(settings, find_place(settings.device).device) for settings in plan]  # for all workers, once
    task = load_task(plan[0], data)
    if task.streamed:
        raise BadSetting("streaming", True, "left out of a ranking, which codes several orders")
    if task.dataset.trained_on is not None:
        warn(task.dataset.trained_on.note)  # of all checkpoints alike, so it is in no one's row
    if options.race:
        rules_of(task, options)  # what is refused is refused before the work
    candidates, failed = backend.register(plan, task)
    require_budget(task, candidates, options)
    why = no_race(task, candidates) if options.race else None
    racing = options.race and why is None
    outcome = run_race(candidates, task, options, backend, plan[0].orders) if racing else None
    backend.finish(candidates, transfer=options.transfer and outcome is None)
    finish_chosen(candidates, outcome, options, backend)
    findings = run_audit(candidates, outcome, task, plan[0].seed, backend) if options.audit and outcome else {}
    scores = _other_scores(candidates, task, options, backend)
    rows = rank_rows([*results_of(candidates, outcome, findings), *failed, *map(_left_out, skipped)], options.level)
    return {
        **_about(plan[0], task, options, candidates), **race_section(candidates, outcome, task, why), "ranking": rows,
        **scores, "cost": cost_section(candidates, outcome, findings, task, time.perf_counter() - began),
    }  # fmt: skip


def _other_scores(
    candidates: Sequence[Candidate], task: Task, options: Options, backend: Backend
) -> dict[str, Any]:  # fmt: skip
    """Return the other scores, or null, with the reason where these labels have none."""
    from lit_hf.selection.other_scores import other_scores

    why = task.target.no_other_scores
    if options.other_scores and why is not None:
        return {"rivals": None, "rivals_reason": why}
    return {"rivals": other_scores(candidates, backend) if options.other_scores else None}


def select_all(
    plans: Sequence[Plan], options: Options, backend: Backend, *, skipped: Sequence[Skipped] = ()
) -> list[dict[str, Any]]:
    """Hold one selection for each dataset, side by side where the backend can."""
    return backend.each(partial(select, options=options, backend=backend, skipped=skipped), plans)


def open_backend(name: str, fleet: FleetSettings, progress: Progress) -> Backend:
    """Return the backend called `name`: local, or a fleet on that engine; whoever opens it closes it."""
    from lit_hf.runtime.fleet import open_engine
    from lit_hf.selection.fleet import Fleet
    from lit_hf.selection.local import Local

    engine = open_engine(name, fleet)
    return Local(progress) if engine is None else Fleet(engine, fleet, progress)


def _left_out(skipped: Skipped) -> CandidateResult:
    return CandidateResult(skipped.id, skipped.revision, None, skipped.reason, skipped.parameters)


def _about(settings: Settings, task: Task, options: Options, candidates: Sequence[Candidate]) -> dict[str, Any]:
    """Return what the ranking is of."""
    from lit_hf.evaluation.sections import labels_section
    from lit_hf.probes.bank import VERSION
    from lit_hf.runtime.devices import find_place

    info = task.dataset
    device = candidates[0].job.device if candidates else find_place(settings.device).device
    resolved = {key: value for key, value in settings.resolved().items() if key not in ("model", "cache_dir")}
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {
            "id": info.id, "config": info.config, "split": info.split, "revision": info.revision,
            "fingerprint": info.fingerprint, "examples": len(task.labels),
            "groups": task.group_count, "kind": task.kind,
            "unit": task.unit, **labels_section(task),
            "columns": dict(info.columns),
            **({} if info.trained_on is None else {"trained_on": info.trained_on.section()}),
            "holdout": None if task.holdout is None else {
                "examples": len(task.holdout.labels), "source": task.holdout.source,
            },
        },
        "coder": {"version": VERSION, "bank": task.target.bank(Code(device=device))},
        "level": options.level,
        "settings": {"given": {k: v for k, v in settings.given().items() if k in resolved}, "resolved": resolved},
    }  # fmt: skip
