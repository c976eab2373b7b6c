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
from lit_hf.contest.entrant import Entrant, reason
from lit_hf.contest.plan import Options, Skipped
from lit_hf.contest.stopwatch import Stopwatch
from lit_hf.errors import BadSetting
from lit_hf.ranking.table import READING, Standing, not_loaded, rank_rows

if TYPE_CHECKING:
    import datasets

    from lit_hf.contest.crew import Crew
    from lit_hf.ranking.audit import Finding
    from lit_hf.results import ResultsStore
    from lit_hf.runtime.progress import Progress
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
    crew: Crew | None = None,
) -> dict[str, Any]:
    """Hold the contest of `plan`: the settings of each checkpoint, all on one dataset; a `crew` does the work."""
    from lit_hf.contest.finals import finish
    from lit_hf.contest.race import run_audit, run_race
    from lit_hf.contest.rivals import rival_scores
    from lit_hf.labels import require_classes
    from lit_hf.results import ResultsStore
    from lit_hf.runtime.progress import NullProgress
    from lit_hf.tasks import load_task

    began, progress = time.perf_counter(), progress or NullProgress()
    task, store = load_task(plan[0], data), ResultsStore.at(plan[0].cache_dir)
    require_classes(task, "rank")
    if task.streamed:
        raise BadSetting("streaming", True, "left out of a ranking, which codes several orders")
    entrants, failed = _enter(plan, task, store, progress, crew)
    if options.race:
        run_race(entrants, task, options.rules, progress, crew)
    finish(entrants, store, progress, options.transfer, crew)
    findings = run_audit(entrants, task, plan[0].seed, progress, crew) if options.audit else {}
    rivals = rival_scores(entrants, progress, crew) if options.rivals else None
    standings = [_standing(entrant, findings) for entrant in entrants] + failed + [_left_out(each) for each in skipped]
    about = _about(plan[0], task, options, entrants)
    ranking = rank_rows(standings, options.level)
    cost = _cost(entrants, task, time.perf_counter() - began)
    return {**about, "ranking": ranking, "rivals": rivals, "cost": cost}


def hold_all(
    plans: Sequence[Sequence[Settings]], options: Options, crew: Crew, *, skipped: Sequence[Skipped], progress: Progress
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
    plan: Sequence[Settings], task: Task, store: ResultsStore, progress: Progress, crew: Crew | None
) -> tuple[list[Entrant], list[Standing]]:
    """Load all checkpoints, so that every revision is pinned before work starts; those that cannot be are failures."""
    entrants, failed = list[Entrant](), list[Standing]()
    if crew is not None:
        return crew.enter(plan, task, store, progress)
    with progress.task("load the checkpoints", len(plan)) as advance:
        for settings in plan:
            try:
                entrants.append(_entrant(settings, task, store, progress))
            except Exception as error:  # one checkpoint's failure is a row
                failed.append(not_loaded(settings.model, reason(error)))
            advance(1)
    return entrants, failed


def _entrant(settings: Settings, task: Task, store: ResultsStore, progress: Progress) -> Entrant:
    from lit_hf.contest.entries import enter
    from lit_hf.evaluate import Job

    watch = Stopwatch(progress)
    return enter(Job.prepare(settings, watch, task=task), watch, store)


def _standing(entrant: Entrant, findings: dict[str, Finding]) -> Standing:
    info = entrant.job.encoder.info
    found = findings.get(entrant.id)
    audit = None if found is None else {
        "final_bits": found.final, "overtook": found.overtook, "violation_at": found.violation
    }  # fmt: skip
    entry = entrant.entry if entrant.error is None else None
    reading = {name: getattr(info, name) for name in READING}
    return Standing(info.id, info.revision, entry, entrant.error, info.parameters, entrant.transfer, audit, reading)


def _left_out(skipped: Skipped) -> Standing:
    return Standing(skipped.id, skipped.revision, None, skipped.reason, skipped.parameters)


def _about(settings: Settings, task: Task, options: Options, entrants: Sequence[Entrant]) -> dict[str, Any]:
    """Return what the ranking is of."""
    from lit_hf.probes.bank import VERSION, bank_hash
    from lit_hf.runtime.devices import find_place

    info = task.dataset
    device = entrants[0].job.device if entrants else find_place(settings.device).device
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


def _cost(entrants: Sequence[Entrant], task: Task, seconds: float) -> dict[str, Any]:
    """Return what was embedded, and the share of a contest without a race: inputs times parameters."""
    held = 0 if task.holdout is None else len(task.holdout.inputs)
    done, full = 0.0, 0.0
    for entrant in entrants:
        size = entrant.job.encoder.info.parameters
        seen = task.size + held if entrant.exit is None else entrant.exit[1].n
        done, full = done + size * seen, full + size * (task.size + held)
    return {
        "embedded_now": sum(entrant.job.computed for entrant in entrants),
        "work_share": done / full if full else None,
        "seconds": seconds,
    }
