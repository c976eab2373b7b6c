"""The ranking: records of one dataset in order, with what can and cannot be said of that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from lit_hf.config import split_model
from lit_hf.ranking.comparable import Aligned, align
from lit_hf.ranking.intervals import beaten_by, compare_all, labels_to_separate, rank_intervals, ties_with_best
from lit_hf.records.record import Record

READING = ("layer", "pooling", "prompt", "max_tokens", "dtype")
"""How a text became a vector: one checkpoint may be ranked read in several ways."""


@dataclass(frozen=True)
class CandidateResult:
    """A checkpoint of a selection: its record, or the reason why there is none; L_IT and the audit, if any."""

    id: str
    revision: str | None
    record: Record | None
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
    named = [(result, result.record) for result in results]
    final = sorted((e for _, e in named if e is not None and e.complete), key=lambda e: e["codelength"]["bits"])
    eliminated = sorted((e for _, e in named if e is not None and not e.complete), key=_went)
    records = [*final, *eliminated]
    aligned = align(final) if final else None
    beaten = _beaten(records, aligned, len(final), level)
    ranks = rank_intervals(beaten)
    tied = set(ties_with_best([e["codelength"]["bits"] for e in final], beaten[: len(final)])) if final else set()
    owners = {id(record): result for result, record in named}
    rows = []
    for index, record in enumerate(records):
        against = _against_best(aligned, index, len(records), level) if aligned and index < len(final) else None
        more = against.pop("labels_to_separate") if against else None
        rows.append(
            _row(owners[id(record)], record)
            | {"rank": list(ranks[index]), "tied_with_best": index in tied, "behind_best": against if index else None}
            | {"labels_to_separate": more if index in tied and index else None}
        )
    return rows + [_failure(result) for result, record in named if record is None]


def _went(record: Record) -> tuple[int, float]:
    return -record["stage"]["n"], record["codelength"]["bits"]


def _beaten(records: Sequence[Record], aligned: Aligned | None, finalists: int, level: float) -> list[set[int]]:
    """For each record, those that are known to be ahead of it."""
    beaten: list[set[int]] = [set() for _ in records]
    if aligned is not None:
        beaten[:finalists] = beaten_by(compare_all(aligned.bits, level, aligned.order), finalists)
    place = {record["id"]: index for index, record in enumerate(records)}
    # A leader was eliminated, if at all, after those that it drove out, so it stands before them.
    for index in range(finalists, len(records)):
        leader = place.get(records[index]["stage"]["leader"])
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


def _row(result: CandidateResult, record: Record) -> dict[str, Any]:
    model: dict[str, Any] = dict(record["model"])
    code: dict[str, Any] = dict(record["codelength"])
    budgets = record["budgets"]
    return {
        "model": {name: model[name] for name in ("id", "revision", "architecture", "parameters", "dim")},
        "reading": {name: model[name] for name in READING},
        "codelength": {name: code[name] for name in ("bits", "interval", "bits_per_label", "labels")},
        "accuracy": budgets[-1]["accuracy"],
        "budgets": budgets,
        "stage": record["stage"],
        "speed": record["speed"],
        "contamination": record["contamination"],
        "transfer": result.transfer,
        "audit": result.audit,
        "curve": record["curve"],
        "entry": record["id"],
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
