"""Hold a contest: load, race, code the finalists, score the rivals, and write the ranking."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings, from_mapping
from lit_hf.errors import BadSetting, reason
from lit_hf.ranking.table import READING, CandidateResult, not_loaded, rank_rows
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.plan import Options, Skipped
from lit_hf.selection.stopwatch import Stopwatch

if TYPE_CHECKING:
    import datasets

    from lit_hf.ranking.audit import Finding
    from lit_hf.records.store import ResultsStore
    from lit_hf.runtime.progress import Progress
    from lit_hf.selection.fleet import FleetBackend
    from lit_hf.tasks import Task

SCHEMA = "lit-hf/ranking/1"


def rank(
    dataset: str | datasets.Dataset | datasets.DatasetDict,
    models: Sequence[str],
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Rank `models` by the bits that the labels of `dataset` cost with each; return the ranking (schema ranking-1).

    `settings` are the fields of `lit_hf.Settings`. A model that fails is a row with its reason; whatever is wrong with
    the dataset raises `LitError`.
    """
    named, data = (dataset, None) if isinstance(dataset, str) else ("in memory", dataset)
    plan = [from_mapping({"model": model, "dataset": named, **settings}, "rank()") for model in models]
    return hold(plan, options or Options(), progress=progress, data=data)


def hold(
    plan: Sequence[Settings],
    options: Options,
    *,
    skipped: Sequence[Skipped] = (),
    progress: Progress | None = None,
    data: Any = None,
    crew: FleetBackend | None = None,
) -> dict[str, Any]:
    """Hold the contest of `plan`: the settings of each checkpoint, all on one dataset; a `crew` does the work."""
    from lit_hf.records.store import ResultsStore
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.selection.finalists import finish
    from lit_hf.selection.other_scores import rival_scores
    from lit_hf.selection.race import run_audit, run_race
    from lit_hf.tasks import load_task
    from lit_hf.tasks.label_kinds import require_classes

    began, progress = time.perf_counter(), progress or NullProgress()
    task, store = load_task(plan[0], data), ResultsStore.at(plan[0].cache_dir)
    require_classes(task, "rank")
    if task.streamed:
        raise BadSetting("streaming", True, "left out of a ranking, which codes several orders")
    candidates, failed = _enter(plan, task, store, progress, crew)
    if options.race:
        run_race(candidates, task, options.rules, progress, crew)
    finish(candidates, store, progress, options.transfer, crew)
    findings = run_audit(candidates, task, plan[0].seed, progress, crew) if options.audit else {}
    rivals = rival_scores(candidates, progress, crew) if options.rivals else None
    results = (
        [_standing(candidate, findings) for candidate in candidates] + failed + [_left_out(each) for each in skipped]
    )
    about = _about(plan[0], task, options, candidates)
    ranking = rank_rows(results, options.level)
    cost = _cost(candidates, task, time.perf_counter() - began)
    return {**about, "ranking": ranking, "rivals": rivals, "cost": cost}


def hold_all(
    plans: Sequence[Sequence[Settings]],
    options: Options,
    crew: FleetBackend,
    *,
    skipped: Sequence[Skipped],
    progress: Progress,
) -> list[dict[str, Any]]:
    """Hold one contest for each dataset, all at once: while one waits for its slowest checkpoint, others go on."""
    pool = ThreadPoolExecutor(len(plans))
    try:
        work = partial(hold, options=options, skipped=skipped, progress=progress, crew=crew)
        return list(pool.map(work, plans))
    finally:
        crew.stop.set()  # after an interrupt, or when one dataset cannot be read
        pool.shutdown()


def _enter(
    plan: Sequence[Settings], task: Task, store: ResultsStore, progress: Progress, crew: FleetBackend | None
) -> tuple[list[Candidate], list[CandidateResult]]:
    """Load all checkpoints, so that every revision is pinned before work starts; those that cannot be are failures."""
    candidates, failed = list[Candidate](), list[CandidateResult]()
    if crew is not None:
        return crew.enter(plan, task, store, progress)
    with progress.task("load the checkpoints", len(plan)) as advance:
        for settings in plan:
            try:
                candidates.append(_candidate(settings, task, store, progress))
            except Exception as error:  # one checkpoint's failure is a row
                failed.append(not_loaded(settings.model, reason(error)))
            advance(1)
    return candidates, failed


def _candidate(settings: Settings, task: Task, store: ResultsStore, progress: Progress) -> Candidate:
    from lit_hf.evaluation.job import Job
    from lit_hf.selection.entries import enter

    watch = Stopwatch(progress)
    return enter(Job.prepare(settings, watch, task=task), watch, store)


def _standing(candidate: Candidate, findings: dict[str, Finding]) -> CandidateResult:
    info = candidate.job.encoder.info
    found = findings.get(candidate.id)
    audit = None if found is None else {
        "final_bits": found.final, "overtook": found.overtook, "violation_at": found.violation
    }  # fmt: skip
    entry = candidate.entry if candidate.error is None else None
    reading = {name: getattr(info, name) for name in READING}
    return CandidateResult(
        info.id, info.revision, entry, candidate.error, info.parameters, candidate.transfer, audit, reading
    )


def _left_out(skipped: Skipped) -> CandidateResult:
    return CandidateResult(skipped.id, skipped.revision, None, skipped.reason, skipped.parameters)


def _about(settings: Settings, task: Task, options: Options, candidates: Sequence[Candidate]) -> dict[str, Any]:
    """Return what the ranking is of."""
    from lit_hf.probes.bank import VERSION, bank_hash
    from lit_hf.runtime.devices import find_place

    info = task.dataset
    device = candidates[0].job.device if candidates else find_place(settings.device).device
    resolved = {key: value for key, value in settings.resolved().items() if key not in ("model", "cache_dir")}
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {
            "id": info.id, "config": info.config, "split": info.split, "revision": info.revision,
            "fingerprint": info.fingerprint, "examples": len(task.labels), "groups": task.size, "kind": task.kind,
            "unit": task.unit, "classes": len(task.classes), "class_names": list(task.classes),
            "columns": dict(info.columns),
            "holdout": None if task.holdout is None else {
                "examples": len(task.holdout.labels), "source": task.holdout.source,
            },
        },
        "coder": {"version": VERSION, "bank": bank_hash(device)},
        "level": options.level,
        "race": asdict(options.rules) if options.race else None,
        "settings": {"given": {k: v for k, v in settings.given().items() if k in resolved}, "resolved": resolved},
    }  # fmt: skip


def _cost(candidates: Sequence[Candidate], task: Task, seconds: float) -> dict[str, Any]:
    """Return what was embedded, and the share of a contest without a race: inputs times parameters."""
    held = 0 if task.holdout is None else len(task.holdout.inputs)
    done, full = 0.0, 0.0
    for candidate in candidates:
        size = candidate.job.encoder.info.parameters
        seen = task.size + held if candidate.elimination is None else candidate.elimination[1].n
        done, full = done + size * seen, full + size * (task.size + held)
    return {
        "embedded_now": sum(candidate.job.computed for candidate in candidates),
        "work_share": done / full if full else None,
        "seconds": seconds,
    }
