"""The end of a selection: who goes to the end is coded in all orders; each is stored the moment it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from lit_hf.coding.order import Code
from lit_hf.records.store import ResultsStore
from lit_hf.runtime.units import run_units
from lit_hf.selection.candidate import Candidate, able, attempt
from lit_hf.selection.results import candidate_record, partial_record

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.records.record import Record
    from lit_hf.runtime.progress import Progress


def finish(candidates: Sequence[Candidate], progress: Progress, transfer: bool) -> None:
    """Give every candidate that has not failed its `record`: over all labels where it has no `reach`, then also L_IT.

    What is stored already, by an earlier selection or a worker, is found and not computed again.
    """
    for candidate in able(candidates):
        if candidate.reach is not None:
            attempt(candidate, partial(_keep_partial, candidate))
    ending = [candidate for candidate in candidates if candidate.reach is None]
    if transfer:
        for candidate in able(ending):
            attempt(candidate, partial(_transfer, candidate))
    units = [unit for candidate in able(ending) if candidate.record is None for unit in _units(candidate)]
    run_units(units, progress, "code to the end") if units else None


def store_of(candidate: Candidate) -> ResultsStore:
    """Return where this candidate's records are kept."""
    return ResultsStore.at(candidate.job.settings.cache_dir)


def _keep_partial(candidate: Candidate) -> None:
    """Keep what a checkpoint paid in a race, unless more of it is stored already."""
    candidate.record = partial_record(candidate)
    bits, stored = candidate.record.arrays["bits_encoder"], candidate.stored
    known = (0, 0) if stored is None else stored.arrays["bits_encoder"].shape[::-1]
    if bits.shape[::-1] > known:
        store_of(candidate).try_to_keep(candidate.record)


def _units(candidate: Candidate) -> list[Callable[[], Any]]:
    """Return one unit of work for each order; the last one to end stores the record."""
    if candidate.complete:
        candidate.record = candidate.stored
        return []
    held_out = attempt(candidate, partial(_embed_all, candidate))
    if candidate.error is not None:
        return []
    orders = candidate.arm.orders
    found: dict[int, Curve] = {}
    lock = Lock()

    def done(number: int) -> None:
        curve = _code(candidate, number, held_out)
        with lock:
            found[number] = curve
            last = len(found) == len(orders)
        if last:
            _keep_complete(candidate, [found[each] for each in orders])

    return [partial(attempt, candidate, partial(done, number)) for number in orders]


def _embed_all(candidate: Candidate) -> Any:
    """Embed what the race left out, and the held-out examples; return the rows of these [H, d], or None."""
    job, began = candidate.job, time.perf_counter()
    candidate.embed(job.task.size)
    held = candidate.arm.held_out
    rows = None if held is None else job.features(job.encoder, held.inputs, len(held.inputs), "embed held-out").array()
    if rows is not None and held is not None and held.rows is not None:
        rows = rows[held.rows]
    job.encoder.release()
    job.timed("embed", began)
    return rows


def _code(candidate: Candidate, number: int, held_out: Any) -> Curve:
    from lit_hf.coding.order import Code, Order

    job, task = candidate.job, candidate.job.task
    if candidate.coded_to_the_end(number) and (number or held_out is None):
        return candidate.curve(number, len(task.labels))
    return task.target.code_order(
        candidate.rows, candidate.arm.examples, Order(number, job.settings.seed), Code(device=job.code_device),
        held_out=held_out if number == 0 else None,
    )  # fmt: skip


def _keep_complete(candidate: Candidate, curves: Sequence[Curve]) -> None:
    from lit_hf.coding.codelength import gather

    coded = gather(
        tuple(curves), candidate.arm.groups, candidate.job.task.target.bank(Code(device=candidate.job.code_device))
    )
    candidate.record = candidate_record(candidate, coded)
    store_of(candidate).try_to_keep(candidate.record)


def _transfer(candidate: Candidate) -> None:
    """Evaluate against the random twin, or find that it was; its own record follows from the same coded orders."""
    from lit_hf.evaluation.code_arms import code_arms
    from lit_hf.evaluation.record import make_record

    job = candidate.job
    known = store_of(candidate).get(_record_id(candidate))
    if (
        known is not None
        and candidate.complete
        and known["coder"]["bank"] == job.task.target.bank(Code(job.settings.code, device=job.code_device))
    ):
        candidate.record, candidate.transfer = candidate.stored, _section(known)
        return
    candidate.embed(job.task.size)
    arms = code_arms(job)
    record = make_record(job, arms)
    store_of(candidate).try_to_keep(record)
    candidate.record, candidate.transfer = candidate_record(candidate, arms.encoder), _section(record)
    store_of(candidate).try_to_keep(candidate.record)
    job.encoder.release()


def _record_id(candidate: Candidate) -> str:
    from lit_hf.evaluation.sections import dataset_section, model_section
    from lit_hf.records.record import record_id

    job = candidate.job
    return record_id(model_section(job), dataset_section(job, 0.0), job.settings.fingerprint())


def _section(record: Record) -> dict[str, Any]:
    found = record.transfer
    if found is None:  # features from a file, without those of a baseline
        return {"bits": None, "interval": None, "frozen": True, "record": record["id"]}
    return {"bits": found.bits, "interval": list(found.interval), "frozen": True, "record": record["id"]}
