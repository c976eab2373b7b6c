"""A selection's work in items that any process on any machine can do: what they find out lies in the shared cache.

A work item is idempotent: it looks into the cache first, and what it writes there is a function of its contents, under
an address that its contents decide. Killed, repeated or run twice at once, it leaves the same bytes.
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
from lit_hf.records.store import ResultsStore
from lit_hf.runtime.native import FAST, require_bfloat16
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import side_by_side
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.finalists import finish
from lit_hf.selection.other_scores import scores_of
from lit_hf.selection.results import register
from lit_hf.selection.stopwatch import Stopwatch

if TYPE_CHECKING:
    from lit_hf.tasks import Task

REGISTER, ADVANCE, FINISH, SCORE = "register", "advance", "finish", "score"
Answer = dict[str, Any]


@dataclass(frozen=True)
class WorkItem:
    """Plain values only. `settings`: of the checkpoint on the dataset, as the user gave them, with the cache's path.

    `model`, `dataset`: the same at pinned revisions. `folder`: where relative paths begin. `fingerprint`: of the data.
    `shell`, `labels`, `orders`: embed so many inputs, code so many labels in orders of them. `transfer`: with the
    random twins.
    """

    kind: str
    settings: Mapping[str, Any]
    model: str
    dataset: str
    folder: str
    fingerprint: str
    shell: int = 0
    labels: int = 0
    orders: tuple[int, ...] = (0,)
    transfer: bool = False


def run_work_item(work_item: WorkItem) -> Answer:
    """Do it in a worker's process; return what it found out, with the reason as `error` when it failed."""
    try:
        if Path(work_item.folder).is_dir():
            os.chdir(work_item.folder)
        candidate = _find_candidate(work_item)
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
        "tokens": candidate.tokens,
    }  # fmt: skip


def _advance(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Embed, and code orders up to a stop of the race."""
    labels = work_item.labels
    known = candidate.knows(labels, work_item.orders)
    missing = [each for each in work_item.orders if not known and not candidate.raced_file(labels, each).is_file()]
    if missing:
        candidate.embed(work_item.shell)
    for order in missing:
        side_by_side([partial(candidate.code, labels, order)])  # on one thread, as everywhere: else other floats
        candidate.keep_raced(labels, order)
        _ = candidate.speed  # noted for whoever writes the record
    return {}


def _finish(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Code all orders and store the candidate's record; with `transfer`, that of an evaluation too."""
    finish([candidate], NullProgress(), work_item.transfer)
    if candidate.error is not None:
        raise LitError(candidate.error)
    return {}


def _score(candidate: Candidate, work_item: WorkItem) -> Answer:
    """Compute the other scores into their notes."""
    side_by_side([partial(scores_of, candidate, work_item.labels)])
    return {}


_DO = {REGISTER: _describe, ADVANCE: _advance, FINISH: _finish, SCORE: _score}
_kept: dict[str, tuple[Any, Any]] = {}
"""The last candidate and the last task of this process: the next work item is often about the same ones."""


def _find_candidate(work_item: WorkItem) -> Candidate:
    """Return the candidate of a work item, with what the cache knows of it by now; raise `NoBfloat16`."""
    from lit_hf.evaluation.job import Job
    from lit_hf.runtime.devices import find_place

    address = (work_item.model, work_item.dataset, tuple(sorted(work_item.settings.items())))
    settings, (last, before) = from_mapping(work_item.settings, "the selection"), _kept.get("candidate", (None, None))
    if before is not None and last == address:
        return before.anew(ResultsStore.at(settings.cache_dir))
    if before is not None:
        before.job.encoder.release()
    stopwatch, task = Stopwatch(NullProgress()), _find_task(work_item, settings)
    if settings.dtype == FAST:  # of which one ranking has one kind: that of the processors that multiply it
        require_bfloat16(find_place(settings.device).device)
    job = Job.prepare(settings.replace(model=work_item.model, dataset=work_item.dataset), stopwatch, task=task)
    job.settings = settings
    candidate = register(job, stopwatch)
    _kept["candidate"] = (address, candidate)
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
                f"{settings.dataset} on the worker is not the data of this selection.",
                "Give a path that all machines share, or a dataset on the Hub.",
            )
        _kept["task"] = (address, task)
    return task
