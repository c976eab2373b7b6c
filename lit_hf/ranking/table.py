"""The ranking: records of one dataset in order, with what can and cannot be said of that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lit_hf.config import split_model
from lit_hf.ranking.budgets import first_alike, in_first_order, marks_of
from lit_hf.ranking.intervals import labels_to_separate, rank_intervals
from lit_hf.ranking.paired import Pairs, compare
from lit_hf.records.record import Record

READING = ("layer", "pooling", "prompt", "max_tokens", "dtype")
"""How a text became a vector: one checkpoint may be ranked read in several ways."""


@dataclass(frozen=True)
class Raced:
    """What a race says of a checkpoint: where it ended for it, and what that means for the rest.

    `n` of `total` groups; `left`: it left on the way; `like`: the entry of the one that went on for it, identical so
    far. `behind`: forecast of how far it ends behind the chosen one [bits per label], with its 95 % interval; None for
    the chosen one. `risk`: the chance that it ends more than epsilon shorter.
    """

    n: int
    total: int
    left: bool
    like: str | None = None
    behind: float | None = None
    interval: tuple[float, float] | None = None
    risk: float | None = None


@dataclass(frozen=True)
class CandidateResult:
    """A checkpoint of a selection: its record, or the reason why there is none; L_IT and the audit, if any.

    `record`: as far as it was compared with others; `whole`: of all labels, where it went on alone. `late`: bits per
    label of the last half of the labels of order 0.
    """

    id: str
    revision: str | None
    record: Record | None
    error: str | None = None
    parameters: int | None = None
    transfer: dict[str, Any] | None = None
    audit: dict[str, Any] | None = None
    reading: dict[str, Any] | None = None
    working: int | None = None
    raced: Raced | None = None
    whole: Record | None = None
    late: float | None = None

    @property
    def left(self) -> bool:
        """Whether it left a race."""
        return self.raced is not None and self.raced.left


def not_loaded(model: str, error: str) -> CandidateResult:
    """Return the result of a checkpoint of which nothing is known but its name as it was given."""
    name, revision = split_model(model)
    return CandidateResult(name, revision, None, error)


def rank_rows(results: Sequence[CandidateResult], level: float = 0.95) -> list[dict[str, Any]]:
    """Return the rows of a ranking, failures last.

    After a race: the chosen one, those that were in it to its end, and those that left, each by the forecast of how far
    they end behind it. Without: by codelength. Ranks are intervals: a checkpoint is behind those that a paired test
    separates it from (`lit_hf.ranking.paired`). What was paid after so many labels is that of order 0 after a race, so
    that it is of the same labels in all rows. Raises `IncomparableRecords`.
    """
    known = sorted((result for result in results if result.record is not None), key=_place)
    records = [result.record for result in known if result.record is not None]
    rows = list[dict[str, Any]]()
    if records:
        pairs = compare(records, [result.left for result in known], level)
        ranks = rank_intervals(pairs.beaten)
        rows = [_row(known[k], records[k], list(ranks[k]), _against_first(pairs, k, level)) for k in range(len(known))]
        _alike(rows, records)
        _in_one_order(rows, known)
    return rows + [_failure(result) for result in results if result.record is None]


def _alike(rows: Sequence[dict[str, Any]], records: Sequence[Record]) -> None:
    """Name in each row the first one above it whose code is the very same; no number of labels tells these apart."""
    for k, row in enumerate(rows):
        same = first_alike(records, k)
        if same is not None:
            row["labels_to_separate"] = None
            row["stage"]["like"] = row["stage"]["like"] or rows[same]["entry"]


def _in_one_order(rows: Sequence[dict[str, Any]], results: Sequence[CandidateResult]) -> None:
    """Say what each paid in order 0, where a race coded some in that order alone."""
    whole = [result.whole or result.record for result in results]
    records = [record for record in whole if record is not None]
    if any(result.raced is not None for result in results):
        marks = marks_of(records)
        for row, record in zip(rows, records, strict=True):
            row["budgets"] = in_first_order(record, marks)


def _place(result: CandidateResult) -> tuple[bool, float]:
    assert result.record is not None
    if result.raced is None:
        return False, result.record["codelength"]["bits"]
    return result.raced.left, float("-inf") if result.raced.behind is None else result.raced.behind


def _against_first(pairs: Pairs, index: int, level: float) -> dict[str, Any]:
    """Return whether it can be told from the first, the paired difference, and how many labels would tell it.

    After a race one may be certainly ahead of the first on these labels, and be forecast to end behind it.
    """
    tied = pairs.field[0] not in pairs.beaten[index] and index not in pairs.beaten[pairs.field[0]]
    if index == pairs.field[0]:
        return {"tied_with_best": True, "behind_best": None, "labels_to_separate": None}
    found, labels = pairs.behind_first[index]
    behind = {"bits": found.estimate, "interval": [found.low, found.high], "labels": labels}
    more = _more_labels(pairs, index, level) if tied and index in pairs.field else None
    return {"tied_with_best": tied, "behind_best": behind, "labels_to_separate": more}


def _more_labels(pairs: Pairs, index: int, level: float) -> int | None:
    bits, count, left = pairs.aligned.bits, len(pairs.field), len(pairs.beaten) - len(pairs.field)
    tests = count * (count - 1) // 2 + left * count
    return labels_to_separate(bits[pairs.field.index(index)] - bits[0], tests, level, pairs.aligned.order)


def _row(
    result: CandidateResult, compared: Record, rank: list[int], against: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    record = result.whole or compared
    model: dict[str, Any] = dict(record["model"])
    code: dict[str, Any] = dict(record["codelength"])
    budgets, raced = record["budgets"], result.raced
    return {
        "model": _model_of({name: model[name] for name in ("id", "revision", "architecture", "parameters", "dim")},
                           result),
        "reading": {name: model[name] for name in READING},
        "rank": rank,
        "codelength": {name: code[name] for name in ("bits", "interval", "bits_per_label", "labels")}
        | {"late_bits_per_label": result.late},
        "accuracy": budgets[-1]["accuracy"],
        "budgets": budgets,
        "stage": _stage(compared, raced),
        "forecast": _forecast(raced),
        "risk": None if raced is None else raced.risk,
        "speed": record["speed"],
        "contamination": record["contamination"],
        "transfer": result.transfer,
        "audit": result.audit,
        "curve": record["curve"],
        "entry": record["id"],
        "error": None,
        **against,
    }  # fmt: skip


def _model_of(model: Mapping[str, Any], result: CandidateResult) -> dict[str, Any]:
    return {**model, "working_parameters": result.working}


def _stage(record: Record, raced: Raced | None) -> dict[str, Any]:
    """Return how many groups were compared, and whether it left there."""
    if raced is None:
        return {"n": record["stage"]["n"], "of": record["stage"]["n"], "left": False, "like": None}
    return {"n": raced.n, "of": raced.total, "left": raced.left, "like": raced.like}


def _forecast(raced: Raced | None) -> dict[str, float] | None:
    if raced is None or raced.behind is None or raced.interval is None:
        return None
    return {"behind": raced.behind, "low": raced.interval[0], "high": raced.interval[1]}


def _failure(result: CandidateResult) -> dict[str, Any]:
    """The row of a checkpoint that could not be ranked: the reason, and null everywhere else."""
    empty = (
        "rank", "codelength", "accuracy", "budgets", "stage", "forecast", "risk", "speed", "contamination", "transfer",
        "audit", "curve", "entry", "behind_best", "labels_to_separate",
    )  # fmt: skip
    model = {"id": result.id, "revision": result.revision, "architecture": None, "parameters": result.parameters}
    row: dict[str, Any] = {"model": _model_of({**model, "dim": None}, result), "reading": result.reading}
    return row | dict.fromkeys(empty) | {"tied_with_best": False, "error": result.error}
