"""The scores that others rank by, from the features that the race embedded anyway."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.contest.entrant import Entrant
from lit_hf.ranking.agreement import kendall
from lit_hf.ranking.rivals import NAMES, rival
from lit_hf.runtime.files import cache_root, digest_of, write_json
from lit_hf.runtime.units import run_units

if TYPE_CHECKING:
    from lit_hf.contest.crew import Crew
    from lit_hf.runtime.progress import Progress

LABELS = 1_000
"""At most so many: the scores of all checkpoints are of the same labels, and none may cost more than the race."""
VERSION = 1


def rival_scores(entrants: Sequence[Entrant], progress: Progress, crew: Crew | None = None) -> dict[str, Any] | None:
    """Return all rivals' scores and Kendall's tau between them and the codelength, on labels that all have in common.

    None with fewer than two checkpoints in the contest.
    """
    able = [entrant for entrant in entrants if entrant.error is None and entrant.entry is not None]
    if len(able) < 2:
        return None
    labels = min(LABELS, *(len(entrant.entry.arrays["labels"]) for entrant in able if entrant.entry is not None))
    if crew is not None:
        able = crew.score(able, labels, progress)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a solver stopped early is no news in a score of a thousand labels
        scores = run_units([partial(scores_of, entrant, labels) for entrant in able], progress, "rivals")
    columns = {name: [each[name] for each in scores] for name in NAMES}
    bits = [-_paid(entrant, labels) for entrant in able]
    return {
        "labels": labels,
        "names": list(NAMES),
        "scores": [
            {"model": entrant.entry["model"]["id"], "entry": entrant.id, "codelength_bits": -paid, **each}
            for entrant, paid, each in zip(able, bits, scores, strict=True) if entrant.entry is not None
        ],
        "kendall": _agreement({"codelength": bits, **columns}),
    }  # fmt: skip


def scores_of(entrant: Entrant, labels: int) -> dict[str, float | None]:
    """Return the five scores, from the cache where they were computed before."""
    job = entrant.job
    content = [VERSION, dict(job.encoder.key), job.task.dataset.fingerprint, job.settings.seed, labels]
    note = cache_root(job.settings.cache_dir) / "rivals" / f"{digest_of(content)}.json"
    if note.is_file():
        return dict(json.loads(note.read_text()))
    groups = job.task.groups[:labels]
    rows = job.task.feature_rows[:labels]
    if entrant.rows.found is None or len(entrant.rows.found) <= rows.max():
        entrant.embed(int(groups[-1]) + 1)
    features, targets = entrant.rows[rows], job.task.labels[:labels]
    found = {name: attempt_score(name, features, targets) for name in NAMES}
    write_json(note, found)
    return found


def attempt_score(name: str, rows: np.ndarray, labels: np.ndarray) -> float | None:
    """Return one score, or None when it is not a number or its algebra fails on these features."""
    try:
        value = rival(name)(rows, labels)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return value if math.isfinite(value) else None


def _paid(entrant: Entrant, labels: int) -> float:
    assert entrant.entry is not None
    return float(entrant.entry.arrays["bits_encoder"][0][:labels].sum())


def _agreement(columns: dict[str, list[Any]]) -> dict[str, dict[str, float | None]]:
    """Return tau-b for all pairs as a matrix; None where it cannot be said."""
    scores = {name: [math.nan if value is None else value for value in column] for name, column in columns.items()}
    matrix = {a: {b: kendall(scores[a], scores[b]) for b in scores} for a in scores}
    return {a: {b: tau if tau == tau else None for b, tau in row.items()} for a, row in matrix.items()}
