"""A trajectory on a terminal: a table for each dataset, what was forgotten, and remarks."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases

_COLUMNS = ("state", "bits", "since the first", "95 % interval", "change", "95 % interval")


def report(found: dict[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    parts = [part for dataset in found["datasets"] for part in _dataset(dataset)]
    if found["forgetting"] is not None:
        parts += [Text("Learned and forgotten, bits", style="bold"), _forgotten(found["forgetting"]), Text()]
        mean = found["forgetting"]["backward_bits"]
        parts += [] if mean is None else [Text(f"backward: {phrases.signed(mean)} bits on average")]
    parts.append(Text("+ is bits saved by the later state. Intervals are of this model, not of its training."))
    return [*parts, *(Text(f"! {note}", style="yellow") for note in found["notes"])]


def _dataset(dataset: dict[str, Any]) -> list[RenderableType]:
    name = PurePath(dataset["name"]).name
    title = f"{name}: {dataset['examples']:,} labels"
    failed = [row for row in dataset["rows"] if row["error"] is not None]
    reasons = [Text(f"! {row['state']}: {row['error']}", style="yellow") for row in failed]
    return [Text(title, style="bold"), _table(dataset), *reasons, Text(_ladder(dataset["baselines"])), Text()]


def _ladder(baselines: dict[str, Any]) -> str:
    """Return what the same labels cost without any state."""
    names = (("random_twin_bits", "random twin"), ("class_prior_bits", "null code"), ("uniform_bits", "uniform"))
    known = [(words, baselines[key]) for key, words in names if baselines[key] is not None]
    return "beside: " + ", ".join(f"{words} {phrases.bits(value)}" for words, value in known)


def _table(dataset: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(_COLUMNS):
        table.add_column(name, justify="right" if place else "left", overflow="fold")
    for row in dataset["rows"]:
        bits = "failed" if row["bits"] is None else phrases.bits(row["bits"])
        mark = " (learned these data)" if row["contamination"] == "declared" else ""
        table.add_row(f"{row['state']}{mark}", bits, *_difference(row["transfer"]), *_difference(row["change"]))
    return table


def _difference(found: dict[str, Any] | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    return phrases.signed(found["bits"]), phrases.interval(found["interval"])


def _forgotten(found: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(("dataset", "learned at", "forward", "gained", "forgotten", "95 % interval", "share")):
        table.add_column(name, justify="right" if place > 1 else "left", overflow="fold")
    for row in found["rows"]:
        share = "-" if row["share"] is None else f"{row['share']:.2f}"
        early, gained = (_difference(row[name])[0] or "-" for name in ("forward", "gained"))
        lost, limits = _difference(row["forgotten"])
        table.add_row(PurePath(row["dataset"]).name, row["state"], early, gained, lost or "-", limits, share)
    return table
