"""The finals: who is left is coded in all orders, and stored the moment it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from lit_hf.contest.entrant import Entrant, running
from lit_hf.contest.entries import make_entry, partial_entry
from lit_hf.contest.race import attempt
from lit_hf.runtime.units import run_units

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.contest.crew import Crew
    from lit_hf.records import Record
    from lit_hf.results import ResultsStore
    from lit_hf.runtime.progress import Progress


def finish(
    entrants: Sequence[Entrant], store: ResultsStore, progress: Progress, transfer: bool, crew: Crew | None = None
) -> None:
    """Give every entrant that has not failed its `entry`; finalists one over all orders, with `transfer` also L_IT.

    A `crew` has the finalists' entries stored; what follows then finds them.
    """
    for entrant in entrants:
        if entrant.exit is not None and entrant.error is None:
            attempt(entrant, partial(_keep_partial, entrant, store))
    if crew is not None:
        crew.finish(running(entrants), store, transfer, progress)
    finalists = running(entrants)
    if transfer:
        for entrant in finalists:
            attempt(entrant, partial(_transfer, entrant, store))
    units = [unit for entrant in running(entrants) if entrant.entry is None for unit in _units(entrant, store)]
    run_units(units, progress, "code the finalists") if units else None


def _keep_partial(entrant: Entrant, store: ResultsStore) -> None:
    """Keep what a dropped checkpoint paid, unless more of it is stored already."""
    entrant.entry = partial_entry(entrant)
    if not entrant.knows(len(entrant.entry.arrays["labels"])):
        store.keep(entrant.entry)


def _units(entrant: Entrant, store: ResultsStore) -> list[Callable[[], Any]]:
    """Return one unit of work for each order; the last one to end stores the entry."""
    if entrant.complete:
        entrant.entry = entrant.stored
        return []
    held_out = attempt(entrant, partial(_embed_all, entrant))
    if entrant.error is not None:
        return []
    orders = entrant.job.settings.orders
    found: dict[int, Curve] = {}
    lock = Lock()

    def done(number: int) -> None:
        curve = _code(entrant, number, held_out)
        with lock:
            found[number] = curve
            last = len(found) == orders
        if last:
            _keep_complete(entrant, [found[each] for each in range(orders)], store)

    return [partial(attempt, entrant, partial(done, number)) for number in range(orders)]


def _embed_all(entrant: Entrant) -> Any:
    """Embed what the race left out, and the held-out examples; return the rows of these [H, d], or None."""
    job, began = entrant.job, time.perf_counter()
    entrant.embed(job.task.size)
    held = job.task.holdout
    rows = None if held is None else job.features(job.encoder, held.inputs, len(held.inputs), "embed held-out").array()
    if rows is not None and held is not None and held.rows is not None:
        rows = rows[held.rows]
    job.encoder.release()
    job.timed("embed", began)
    return rows


def _code(entrant: Entrant, number: int, held_out: Any) -> Curve:
    from lit_hf.api import code_order

    job, task = entrant.job, entrant.job.task
    if number == 0 and held_out is None and entrant.raced_to_the_end:
        return entrant.curve
    return code_order(
        entrant.rows, task.labels, task.groups, len(task.classes), number=number, seed=job.settings.seed,
        device=job.device, rows=task.feature_rows, held_out=held_out if number == 0 else None,
    )  # fmt: skip


def _keep_complete(entrant: Entrant, curves: Sequence[Curve], store: ResultsStore) -> None:
    from lit_hf.api import gather
    from lit_hf.probes.bank import bank_hash

    coded = gather(tuple(curves), entrant.job.task.groups, bank_hash(entrant.job.device))
    entrant.entry = make_entry(entrant, coded)
    store.keep(entrant.entry)


def _transfer(entrant: Entrant, store: ResultsStore) -> None:
    """Evaluate against the random twin, or find that it was; the entry follows from the same coded orders."""
    from lit_hf.assemble import make_record
    from lit_hf.probes.bank import bank_hash

    job = entrant.job
    known = store.get(_record_id(entrant))
    if known is not None and entrant.complete and known["coder"]["bank"] == bank_hash(job.device):
        entrant.entry, entrant.transfer = entrant.stored, _section(known)
        return
    entrant.embed(job.task.size)
    arms = job.code()
    record = make_record(job, arms)
    store.keep(record)
    entrant.entry, entrant.transfer = make_entry(entrant, arms.encoder), _section(record)
    store.keep(entrant.entry)
    job.encoder.release()


def _record_id(entrant: Entrant) -> str:
    from lit_hf.records import record_id
    from lit_hf.sections import dataset_section, model_section

    job = entrant.job
    return record_id(model_section(job), dataset_section(job, 0.0), job.settings.fingerprint())


def _section(record: Record) -> dict[str, Any]:
    transfer = record["transfer"]
    return {"bits": transfer["bits"], "interval": list(transfer["interval"]), "frozen": True, "record": record["id"]}
