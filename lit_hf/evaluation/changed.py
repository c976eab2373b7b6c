"""Whether what is loaded is what an earlier result was made of: asked once everything is loaded, before any work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lit_hf.coding.order import Code
from lit_hf.encoders.content import content_of
from lit_hf.errors import MadeOfOther, warn
from lit_hf.evaluation.sections import environment_section

if TYPE_CHECKING:
    from lit_hf.evaluation.job import Job
    from lit_hf.records.made_of import MadeOf


def require_unchanged(job: Job, made: MadeOf) -> None:
    """Raise `MadeOfOther` where data or checkpoint differ, unless `made` allows it; warn of all that differs beside."""
    other, beside = changed(job, made), changed_around(job, made)
    if other and not made.allow:
        raise MadeOfOther(made.record, [*other, *beside])
    if other or beside:
        warn(f"this is not what result {made.record} was made of, so bits may differ: {'; '.join([*other, *beside])}.")


def changed(job: Job, made: MadeOf) -> list[str]:
    """Return how data and checkpoint differ, in words."""
    info, data = job.encoder.info, job.task.dataset
    checkpoint, found = info.revision or content_of(job.encoder), []
    if made.dataset not in (None, data.fingerprint):
        found.append(f"the data of {data.id} have fingerprint {data.fingerprint} now and had {made.dataset}")
    if made.checkpoint not in (None, checkpoint):
        what = "its commit" if info.revision else "the hash of its files and of how they are read"
        found.append(f"the checkpoint {info.id} is another: {what} is {checkpoint} now and was {made.checkpoint}")
    return found


def changed_around(job: Job, made: MadeOf) -> list[str]:
    """Return which versions differ, and whether the probes do, in words."""
    now = environment_section(job)
    found = [
        f"{name.replace('_', '-')} is {now[name]} now and was {before}"
        for name, before in made.environment.items()
        if str(now.get(name)) != before
    ]
    bank = job.task.target.bank(Code(job.settings.code, device=job.code_device))
    return found + ([] if made.bank in (None, bank) else [f"the bank of probes is {bank} now and was {made.bank}"])
