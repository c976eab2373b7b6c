"""The scores that others rank by, from the features that the race embedded anyway."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.config import outside
from lit_hf.ranking.agreement import kendall
from lit_hf.ranking.other_scores import NAMES, other_score
from lit_hf.runtime.cache import cache_root, digest_of, write_json
from lit_hf.selection.backend import Backend, Scores
from lit_hf.selection.candidate import Candidate

LABELS = 1_000
"""At most so many: the scores of all checkpoints are of the same labels, and none may cost more than the race."""
VERSION = 1


def other_scores(candidates: Sequence[Candidate], backend: Backend) -> dict[str, Any] | None:
    """Return all other scores and Kendall's tau between them and the codelength, on labels that all have in common.

    None with fewer than two checkpoints in the selection.
    """
    able = [candidate for candidate in candidates if candidate.error is None and candidate.record is not None]
    if len(able) < 2:
        return None
    labels = min(
        LABELS, *(len(candidate.record.arrays["labels"]) for candidate in able if candidate.record is not None)
    )
    found = zip(able, backend.score(able, labels), strict=True)
    scored = [(candidate, scores) for candidate, scores in found if scores is not None]
    columns = {name: [scores[name] for _, scores in scored] for name in NAMES}
    bits = [-_paid(candidate, labels) for candidate, _ in scored]
    return {
        "labels": labels,
        "names": list(NAMES),
        "scores": [
            {"model": candidate.record["model"]["id"], "entry": candidate.id, "codelength_bits": -paid, **scores}
            for (candidate, scores), paid in zip(scored, bits, strict=True) if candidate.record is not None
        ],
        "kendall": _agreement({"codelength": bits, **columns}),
    }  # fmt: skip


def _known_scores(note: Path) -> Scores | None:
    """Return what a note of an earlier run says; a damaged one is none."""
    with suppress(OSError, ValueError):
        found = outside.read_json(note)
        numbers = isinstance(found, dict) and all(isinstance(each, float | int | None) for each in found.values())
        if numbers and set(found) == set(NAMES):
            return dict(found)
    return None


def scores_of(candidate: Candidate, labels: int) -> Scores:
    """Return the five scores, from the cache where they were computed before."""
    job = candidate.job
    content = [VERSION, dict(job.encoder.key), job.task.dataset.fingerprint, job.settings.seed, labels]
    note = cache_root(job.settings.cache_dir) / "rivals" / f"{digest_of(content)}.json"
    known = _known_scores(note)
    if known is not None:
        return known
    groups = job.task.groups[:labels]
    rows = job.task.feature_rows[:labels]
    if candidate.rows.found is None or len(candidate.rows.found) <= rows.max():
        candidate.embed(int(groups[-1]) + 1)
    features, targets = candidate.rows[rows], job.task.labels[:labels]
    found = {name: attempt_score(name, features, targets) for name in NAMES}
    write_json(note, found)
    return found


def attempt_score(name: str, rows: np.ndarray, labels: np.ndarray) -> float | None:
    """Return one score, or None when it is not a number or its algebra fails on these features."""
    try:
        value = other_score(name)(rows, labels)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return value if math.isfinite(value) else None


def _paid(candidate: Candidate, labels: int) -> float:
    assert candidate.record is not None
    return float(candidate.record.arrays["bits_encoder"][0][:labels].sum())


def _agreement(columns: dict[str, list[Any]]) -> dict[str, dict[str, float | None]]:
    """Return tau-b for all pairs as a matrix; None where it cannot be said."""
    scores = {name: [math.nan if value is None else value for value in column] for name, column in columns.items()}
    matrix = {a: {b: kendall(scores[a], scores[b]) for b in scores} for a in scores}
    return {a: {b: tau if tau == tau else None for b, tau in row.items()} for a, row in matrix.items()}
