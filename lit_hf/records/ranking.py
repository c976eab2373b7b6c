"""The published shape of a ranking, and what older ones say in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

NEWEST = 2


@cache
def schema(version: int = NEWEST) -> dict[str, Any]:
    """Return the JSON Schema of `lit-hf rank --format json` on one dataset."""
    text = resources.files("lit_hf").joinpath(f"records/schemas/ranking-{version}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def upgraded(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ranking, or a matrix of them, as reports read it: one of version 1 in the words of version 2."""
    if "rankings" in whole:
        return {**whole, "rankings": [upgraded(ranking) for ranking in whole["rankings"]]}
    if whole.get("schema") != "lit-hf/ranking/1":
        return dict(whole)
    rows = [_row(row) for row in whole["ranking"]]
    race = None if whole["race"] is None else {"rule": "elimination", "chosen": rows[0]["entry"], **whole["race"]}
    return {**whole, "race": race, "ranking": rows}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of version 1: what it lost by stays in its stage, there was no forecast."""
    stage, audit = row["stage"], row["audit"]
    if stage is not None:
        stage = {**stage, "left": stage["eliminated"], "like": None}
    if audit is not None:
        audit = {**audit, "in_interval": None}
    return {**row, "stage": stage, "audit": audit, "forecast": None, "risk": None}
