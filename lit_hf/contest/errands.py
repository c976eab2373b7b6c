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
from lit_hf.contest.entrant import Entrant, reason
from lit_hf.contest.stopwatch import Stopwatch
from lit_hf.errors import LitError
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from lit_hf.tasks import Task

ENTER, RACE, FINAL, SCORE = "enter", "race", "final", "score"
Answer = dict[str, Any]


@dataclass(frozen=True)
class Errand:
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


def run_errand(errand: Errand) -> Answer:
    """Do an errand in a worker's process; return what it found out, with the reason as `error` when it failed."""
    try:
        if Path(errand.folder).is_dir():
            os.chdir(errand.folder)
        entrant = _find_entrant(errand)
        computed = entrant.job.computed
        found = _DO[errand.kind](entrant, errand)
        return {"error": None, "computed": entrant.job.computed - computed, **found}
    except Exception as error:  # exceptions of libraries need not survive the way back
        _kept.clear()
        return {"error": reason(error)}


def _describe(entrant: Entrant, errand: Errand) -> Answer:
    """Return what the driver must know of a checkpoint that it does not load."""
    job = entrant.job
    return {
        "info": asdict(job.encoder.info), "key": dict(job.encoder.key), "device": job.device, "timings": job.timings,
    }  # fmt: skip


def _race(entrant: Entrant, errand: Errand) -> Answer:
    """Embed and code order 0 up to a stop of the race."""
    if not entrant.knows(errand.labels) and not entrant.raced_file(errand.labels).is_file():
        entrant.embed(errand.shell)
        side_by_side([partial(entrant.code, errand.labels)])  # on one thread, as everywhere: else other floats
        entrant.keep_raced(errand.labels)
        _ = entrant.speed  # noted for whoever writes the entry
    return {}


def _final(entrant: Entrant, errand: Errand) -> Answer:
    """Code all orders and store the entry; with `transfer`, the whole record."""
    from lit_hf.contest.finals import finish
    from lit_hf.results import ResultsStore

    finish([entrant], ResultsStore.at(entrant.job.settings.cache_dir), NullProgress(), errand.transfer)
    if entrant.error is not None:
        raise LitError(entrant.error)
    return {}


def _score(entrant: Entrant, errand: Errand) -> Answer:
    """Compute the rivals' scores into their notes."""
    from lit_hf.contest.rivals import scores_of

    side_by_side([partial(scores_of, entrant, errand.labels)])
    return {}


_DO = {ENTER: _describe, RACE: _race, FINAL: _final, SCORE: _score}
_kept: dict[str, tuple[Any, Any]] = {}
"""The last entrant and the last task of this process: the next errand is often about the same ones."""


def _find_entrant(errand: Errand) -> Entrant:
    """Return the errand's entrant, with what the cache knows of it by now."""
    from lit_hf.contest.entries import enter
    from lit_hf.evaluate import Job
    from lit_hf.results import ResultsStore

    address = (errand.model, errand.dataset, tuple(sorted(errand.settings.items())))
    settings, (last, before) = from_mapping(errand.settings, "the contest"), _kept.get("entrant", (None, None))
    store = ResultsStore.at(settings.cache_dir)
    if before is not None and last == address:
        return before.anew(store)
    if before is not None:
        before.job.encoder.release()
    watch, task = Stopwatch(NullProgress()), _find_task(errand, settings)
    job = Job.prepare(settings.replace(model=errand.model, dataset=errand.dataset), watch, task=task)
    job.settings = settings
    entrant = enter(job, watch, store)
    _kept["entrant"] = (address, entrant)
    return entrant


def _find_task(errand: Errand, settings: Settings) -> Task:
    """Return the data; raise `LitError` when they are others than the driver has."""
    from lit_hf.contest.plan import OF_DATASET
    from lit_hf.tasks import load_task

    address = (errand.dataset, errand.fingerprint, settings.seed, *(getattr(settings, name) for name in OF_DATASET))
    last, task = _kept.get("task", (None, None))
    if task is None or last != address:
        task = load_task(settings.replace(dataset=errand.dataset))
        if task.dataset.fingerprint != errand.fingerprint:
            raise LitError(
                f"{settings.dataset} on the worker is not the data of this contest.",
                "Give a path that all machines share, or a dataset on the Hub.",
            )
        _kept["task"] = (address, task)
    return task
