"""Several rankings as one matrix: the same checkpoints on several datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SCHEMA = "lit-hf/ranking-matrix/1"


def combine(rankings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the rankings with their aggregate: checkpoints by mean rank, each with its ranks on all datasets.

    Bits of different datasets are never added: a mean over datasets is of rank intervals, end by end. A checkpoint that
    failed somewhere has no mean rank, and stands below those that have one.
    """
    keys = list(dict.fromkeys(_key(row) for ranking in rankings for row in ranking["ranking"]))
    rows = [_aggregate(key, rankings) for key in keys]
    return {"schema": SCHEMA, "aggregate": sorted(rows, key=_place), "rankings": list(rankings)}


def _aggregate(key: tuple[Any, ...], rankings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = [_find(key, ranking) for ranking in rankings]
    first = next(row for row in found if row is not None)
    ranks = [None if row is None else row["rank"] for row in found]
    known = [ends for ends in ranks if ends is not None]
    whole = len(known) == len(rankings)
    mean = [sum(ends[side] for ends in known) / len(known) for side in (0, 1)] if whole else None
    return {
        "model": first["model"],
        "mean_rank": mean,
        "ranks": ranks,
        "tied_with_best": [bool(row and row["tied_with_best"]) for row in found],
        "error": next((row["error"] for row in found if row is not None and row["error"]), None),
    }


def _place(row: Mapping[str, Any]) -> tuple[bool, float]:
    return row["mean_rank"] is None, sum(row["mean_rank"]) if row["mean_rank"] else 0.0


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what names a checkpoint on all datasets; one that is read in two ways is two."""
    reading = row.get("reading") or {}
    return row["model"]["id"], row["model"]["revision"], *sorted((name, str(value)) for name, value in reading.items())


def _find(key: tuple[Any, ...], ranking: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((row for row in ranking["ranking"] if _key(row) == key), None)
