"""The first number of an evaluation: encoder and first twin in order 0, said before the rest is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lit_hf.coding.codelength import difference
from lit_hf.runtime.progress import Speaking

if TYPE_CHECKING:
    from lit_hf.evaluation.job import Job


def say_early(job: Job) -> None:
    """Say the provisional L_IT with what its interval is conditional on, where anybody listens."""
    arms = job.early
    if not isinstance(job.progress, Speaking) or arms is None or arms.twin is None:
        return
    found = difference(arms.twin, arms.encoder)
    baseline = job.encoder.baseline_name.replace("_", " ")
    job.progress.say(
        f"First order: L_IT {found.estimate:,.1f} bits [{found.low:,.1f}, {found.high:,.1f}], provisional: the "
        f"interval holds for this order and this {baseline}."
    )
