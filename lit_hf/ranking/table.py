"""The ranking: entries of one dataset in order, with what can and cannot be said of that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from lit_hf.config import split_model
from lit_hf.ranking.comparable import Aligned, align
from lit_hf.ranking.intervals import beaten_by, compare_all, labels_to_separate, rank_intervals, ties_with_best
from lit_hf.records.entry import Entry

READING = ("layer", "pooling", "prompt", "max_tokens", "dtype")
"""How a text became a vector: one checkpoint may be ranked read in several ways."""


@dataclass(frozen=True)
class CandidateResult:
    """A checkpoint of a selection: its entry, or the reason why it has none; L_IT and the audit where there are any."""

    id: str
    revision: str | None
    entry: Entry | None
    error: str | None = None
    parameters: int | None = None
    transfer: dict[str, Any] | None = None
    audit: dict[str, Any] | None = None
    reading: dict[str, Any] | None = None


def not_loaded(model: str, error: str) -> CandidateResult:
    """Return the result of a checkpoint of which nothing is known but its name as it was given."""
    name, revision = split_model(model)
    return CandidateResult(name, revision, None, error)


def rank_rows(results: Sequence[CandidateResult], level: float = 0.95) -> list[dict[str, Any]]:
    """Return the rows of a ranking: finalists by codelength, then the eliminated (the last one first), then failures.

    Ranks are intervals: a finalist is behind those that a paired test (Holm) separates it from; an eliminated
    checkpoint is behind the leader that it lost to and all that this leader is behind. Raises `IncomparableRecords`.
    """
    named = [(result, result.entry) for result in results]
    final = sorted((e for _, e in named if e is not None and e.complete), key=lambda e: e["codelength"]["bits"])
    eliminated = sorted((e for _, e in named if e is not None and not e.complete), key=_went)
    entries = [*final, *eliminated]
    aligned = align(final) if final else None
    beaten = _beaten(entries, aligned, len(final), level)
    ranks = rank_intervals(beaten)
    tied = set(ties_with_best([e["codelength"]["bits"] for e in final], beaten[: len(final)])) if final else set()
    owners = {id(entry): result for result, entry in named}
    rows = []
    for index, entry in enumerate(entries):
        against = _against_best(aligned, index, len(entries), level) if aligned and index < len(final) else None
        more = against.pop("labels_to_separate") if against else None
        rows.append(
            _row(owners[id(entry)], entry)
            | {"rank": list(ranks[index]), "tied_with_best": index in tied, "behind_best": against if index else None}
            | {"labels_to_separate": more if index in tied and index else None}
        )
    return rows + [_failure(result) for result, entry in named if entry is None]


def _went(entry: Entry) -> tuple[int, float]:
    return -entry["stage"]["n"], entry["codelength"]["bits"]


def _beaten(entries: Sequence[Entry], aligned: Aligned | None, finalists: int, level: float) -> list[set[int]]:
    """For each entry, those that are known to be ahead of it."""
    beaten: list[set[int]] = [set() for _ in entries]
    if aligned is not None:
        beaten[:finalists] = beaten_by(compare_all(aligned.bits, level, aligned.order), finalists)
    place = {entry["id"]: index for index, entry in enumerate(entries)}
    # A leader was eliminated, if at all, after those that it drove out, so it stands before them.
    for index in range(finalists, len(entries)):
        leader = place.get(entries[index]["stage"]["leader"])
        if leader is not None:
            beaten[index] = {leader, *beaten[leader]}
    return beaten


def _against_best(aligned: Aligned, index: int, count: int, level: float) -> dict[str, Any]:
    """The paired difference to the shortest code, and how many more labels would tell the two apart."""
    from lit_hf.measures.intervals import interval

    difference = aligned.bits[index] - aligned.bits[0]
    found = interval(difference, aligned.order, level=level)
    pairs = max(1, len(list(combinations(range(len(aligned.bits)), 2))))
    more = labels_to_separate(difference, pairs, level, aligned.order) if index else None
    return {"bits": found.estimate, "interval": [found.low, found.high], "labels_to_separate": more}


def _row(result: CandidateResult, entry: Entry) -> dict[str, Any]:
    model, budgets = entry["model"], entry["budgets"]
    return {
        "model": {name: model[name] for name in ("id", "revision", "architecture", "parameters", "dim")},
        "reading": {name: model[name] for name in READING},
        "codelength": {name: entry["codelength"][name] for name in ("bits", "interval", "bits_per_label", "labels")},
        "accuracy": budgets[-1]["accuracy"],
        "budgets": budgets,
        "stage": entry["stage"],
        "speed": entry["speed"],
        "contamination": entry["contamination"],
        "transfer": result.transfer,
        "audit": result.audit,
        "curve": entry["curve"],
        "entry": entry["id"],
        "error": None,
    }


def _failure(result: CandidateResult) -> dict[str, Any]:
    """The row of a checkpoint that could not be ranked: the reason, and null everywhere else."""
    empty = (
        "rank", "codelength", "accuracy", "budgets", "stage", "speed", "contamination", "transfer", "audit",
        "curve",
    )  # fmt: skip
    model = {"id": result.id, "revision": result.revision, "architecture": None, "parameters": result.parameters}
    row: dict[str, Any] = {"model": {**model, "dim": None}, "reading": result.reading, **dict.fromkeys(empty)}
    return (
        row
        | {"entry": None}
        | {"tied_with_best": False, "behind_best": None, "labels_to_separate": None, "error": result.error}
    )
