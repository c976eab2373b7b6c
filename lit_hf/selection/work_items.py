"""A contest's work as errands that any process on any machine can run: what they find out lies in the shared cache.

An errand is idempotent: it looks into the cache first, and what it writes there is a function of its contents, under an
address that its contents decide. Killed, repeated or run twice at once, it leaves the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings, from_mapping
from lit_hf.errors import LitError, reason
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import side_by_side
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.stopwatch import Stopwatch

if TYPE_CHECKING:
    from lit_hf.tasks import Task

ENTER, RACE, FINAL, SCORE = "enter", "race", "final", "score"
Answer = dict[str, Any]


@dataclass(frozen=True)
class WorkItem:
    """Plain values only. `settings`: of the checkpoint on the dataset, as the user gave them, with the cache's path.

    `model`, `dataset`: the same at pinned revisions. `folder`: where relative paths begin. `fingerprint`: of the data.
    `shell`, `labels`: embed so many groups, code so many labels. `transfer`: the final includes the random twins.
    """

    kind: str
    settings: Mapping[str, Any]
    model: str
    dataset: str
    folder: str
    fingerprint: str
    shell: int = 0
    labels: int = 0
    transfer: bool = False


def run_work_item(work_item: WorkItem) -> Answer:
    """Do an errand in a worker's process; return what it found out, with the reason as `error` when it failed."""
    try:
        if Path(work_item.folder).is_dir():
            os.chdir(work_item.folder)
        candidate = _find_entrant(work_item)
        computed = candidate.job.computed
        found = _DO[work_item.kind](candidate, work_item)
        return {"error": None, "computed": candidate.job.computed - computed, **found}
    except Exception as error:  # exceptions of libraries need not survive the way back
        _kept.clear()
        return {"error": reason(error)}


def _describe(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Return what the driver must know of a checkpoint that it does not load."""
    job = candidate.job
    return {
        "info": asdict(job.encoder.info), "key": dict(job.encoder.key), "device": job.device, "timings": job.timings,
    }  # fmt: skip


def _race(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Embed and code order 0 up to a stop of the race."""
    if not candidate.knows(work_item.labels) and not candidate.raced_file(work_item.labels).is_file():
        candidate.embed(work_item.shell)
        side_by_side([partial(candidate.code, work_item.labels)])  # on one thread, as everywhere: else other floats
        candidate.keep_raced(work_item.labels)
        _ = candidate.speed  # noted for whoever writes the entry
    return {}


def _final(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Code all orders and store the entry; with `transfer`, the whole record."""
    from lit_hf.records.store import ResultsStore
    from lit_hf.selection.finalists import finish

    finish([candidate], ResultsStore.at(candidate.job.settings.cache_dir), NullProgress(), work_item.transfer)
    if candidate.error is not None:
        raise LitError(candidate.error)
    return {}


def _score(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Compute the rivals' scores into their notes."""
    from lit_hf.selection.other_scores import scores_of

    side_by_side([partial(scores_of, candidate, work_item.labels)])
    return {}


_DO = {ENTER: _describe, RACE: _race, FINAL: _final, SCORE: _score}
_kept: dict[str, tuple[Any, Any]] = {}
"""The last entrant and the last task of this process: the next errand is often about the same ones."""


def _find_entrant(work_item: WorkItem) -> Candidate:
    """Return the errand's entrant, with what the cache knows of it by now."""
    from lit_hf.evaluation.job import Job
    from lit_hf.records.store import ResultsStore
    from lit_hf.selection.entries import enter

    address = (work_item.model, work_item.dataset, tuple(sorted(work_item.settings.items())))
    settings, (last, before) = from_mapping(work_item.settings, "the contest"), _kept.get("entrant", (None, None))
    store = ResultsStore.at(settings.cache_dir)
    if before is not None and last == address:
        return before.anew(store)
    if before is not None:
        before.job.encoder.release()
    watch, task = Stopwatch(NullProgress()), _find_task(work_item, settings)
    job = Job.prepare(settings.replace(model=work_item.model, dataset=work_item.dataset), watch, task=task)
    job.settings = settings
    candidate = enter(job, watch, store)
    _kept["entrant"] = (address, candidate)
    return candidate


def _find_task(work_item: WorkItem, settings: Settings) -> Task:
    """Return the data; raise `LitError` when they are others than the driver has."""
    from lit_hf.selection.plan import OF_DATASET
    from lit_hf.tasks import load_task

    address = (
        work_item.dataset,
        work_item.fingerprint,
        settings.seed,
        *(getattr(settings, name) for name in OF_DATASET),
    )
    last, task = _kept.get("task", (None, None))
    if task is None or last != address:
        task = load_task(settings.replace(dataset=work_item.dataset))
        if task.dataset.fingerprint != work_item.fingerprint:
            raise LitError(
                f"{settings.dataset} on the worker is not the data of this contest.",
                "Give a path that all machines share, or a dataset on the Hub.",
            )
        _kept["task"] = (address, task)
    return task
