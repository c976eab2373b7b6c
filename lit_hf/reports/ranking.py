"""A ranking on a terminal: the order with its intervals, what budgets of labels buy, other scores, what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases, ranking_phrases

MAX_WIDTH = 140
"""Wider lines are harder to read than they are worth."""
WIDE = 100
"""From here on there is room for size and speed."""
MORE = ("size", "texts/s")


def report(ranking: Mapping[str, Any], width: int, encoding: str) -> list[RenderableType]:
    """Return the parts of the report for a terminal of `width` columns and an `encoding`, top first."""
    width, unicode = min(width, MAX_WIDTH), encoding.lower().startswith("utf")
    parts: list[RenderableType] = [
        Text(ranking_phrases.title(ranking), style="bold"),
        order_table(ranking, width, unicode=unicode),
    ]
    if any(row["budgets"] for row in ranking["ranking"]):
        parts += [Text(), Text(ranking_phrases.of_budgets(ranking)), budgets_table(ranking)]
    if ranking["rivals"]:
        parts += [Text(), Text(ranking_phrases.of_other_scores(ranking)), rivals_table(ranking)]
    return [*parts, Text(), *(Text(line) for line in ranking_phrases.statements(ranking))]


def order_table(ranking: Mapping[str, Any], width: int, *, unicode: bool) -> Table:
    """Return one row a checkpoint, best first, below a rule those that stopped early; size and speed if there is room.

    A column that would be empty is left out.
    """
    rows, wide = ranking["ranking"], width >= WIDE
    raced = any(row["forecast"] for row in rows)
    scale, cells = _scale(rows), _cells(rows, width, wide)
    cells_of = _race_cells if raced else lambda row: _code_cells(row, scale, cells, unicode)
    found = [_cells_of(row, cells_of, "risk" if raced else "drawn") for row in rows]
    names = [name for name in _ORDER if any(each.get(name) for each in found)]
    names = [name for name in names if wide or name not in (*MORE, *_LEFT_OUT)]
    table = _table(*(_HEADERS.get(name, name) for name in names))
    early = next((place for place, row in enumerate(rows) if not row["error"] and row["stage"]["left"]), None)
    for place, (row, each) in enumerate(zip(rows, found, strict=True)):
        if place == early:
            table.add_section()
            table.add_row(*(_STOPPED if name == "model" else "" for name in names), style="dim")
        style = "dim" if row["error"] or row["stage"]["left"] else ""
        table.add_row(*(each.get(name, "") for name in names), style=style)
    return table


_ORDER = ("rank", "model", "late", "bits", "behind", "interval", "drawn", "risk", "labels", "accuracy", *MORE)
_HEADERS = {"drawn": ""}
_LEFT_OUT = ("behind",)
"""What a narrow terminal has no room for: the middle of an interval beside it."""
_STOPPED = "stopped early:"


def _cells_of(
    row: Mapping[str, Any], known: Callable[[Mapping[str, Any]], dict[str, str]], failure: str
) -> dict[str, str]:
    """Return a row's cells by the names of their columns; `failure`: the column that says that it failed."""
    more = {"size": ranking_phrases.size(row), "texts/s": ranking_phrases.speed(row)}
    if row["error"]:
        return {"rank": "-", "model": ranking_phrases.model(row), failure: "failed", **more}
    return {"rank": ranking_phrases.rank(row), "model": ranking_phrases.model(row), **known(row), **more}


def _race_cells(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what a race says of one: bits per label so far, how far it will end behind the first, and the risk."""
    return {
        "late": ranking_phrases.late(row), "behind": ranking_phrases.behind(row),
        "interval": ranking_phrases.behind_interval(row), "risk": ranking_phrases.risk(row),
        "labels": f"{row['stage']['n']:,}",
    }  # fmt: skip


def _code_cells(row: Mapping[str, Any], scale: tuple[float, float], cells: int, unicode: bool) -> dict[str, str]:
    """Return a codelength with its interval as a bar on a common scale; of fewer labels it stands in no column."""
    code, held = row["codelength"], ranking_phrases.held_out(row)
    if row["stage"]["left"]:
        return {"drawn": ranking_phrases.stopped(row), "accuracy": held}
    bits, interval = phrases.bits(code["bits"]), phrases.interval(code["interval"])
    drawn = whisker(code["bits"], code["interval"], scale, cells, unicode)
    return {"bits": bits, "interval": interval, "drawn": drawn, "accuracy": held}


def _cells(rows: Sequence[Mapping[str, Any]], width: int, wide: bool) -> int:
    """Return how many characters are left for a bar: at least as many as a row that stopped early writes there."""
    names = min(max((len(ranking_phrases.model(row)) for row in rows), default=0), 32)
    gone = [row for row in rows if row["stage"] and row["stage"]["left"]]
    least = max((len(ranking_phrases.stopped(row)) for row in gone), default=10)
    return max(least, min(40, width - names - (77 if wide else 57)))


def whisker(value: float, ends: Sequence[float], scale: tuple[float, float], cells: int, unicode: bool) -> str:
    """Return an interval as a bar with its estimate marked, on a scale of `cells` characters."""
    line, point = ("─", "●") if unicode else ("-", "o")
    low, high = scale
    places = [round((cells - 1) * (x - low) / (high - low)) if high > low else 0 for x in (*ends, value)]
    drawn = [line if places[0] <= cell <= places[1] else " " for cell in range(cells)]
    drawn[places[2]] = point
    return "".join(drawn)


def budgets_table(ranking: Mapping[str, Any]) -> Table:
    """Return bits and held-out accuracy of each checkpoint after so many labels."""
    rows = [row for row in ranking["ranking"] if row["budgets"]]
    marks = sorted({each["labels"] for row in rows for each in row["budgets"]})
    table = _table("model", *(f"{mark:,} labels" for mark in marks))
    for row in rows:
        found = {each["labels"]: each for each in row["budgets"]}
        table.add_row(ranking_phrases.model(row), *(ranking_phrases.budget(found.get(mark)) for mark in marks))
    return table


def rivals_table(ranking: Mapping[str, Any]) -> Table:
    """Return the other scores of each checkpoint, and Kendall's tau of each with the codelength."""
    rivals = ranking["rivals"]
    names = {row["entry"]: ranking_phrases.model(row) for row in ranking["ranking"] if row["entry"]}
    table = _table("model", "codelength", *rivals["names"])
    for row in rivals["scores"]:
        scores = [ranking_phrases.score(row[name]) for name in rivals["names"]]
        table.add_row(names.get(row["entry"], row["model"]), phrases.bits(row["codelength_bits"]), *scores)
    agreement = rivals["kendall"]["codelength"]
    table.add_row(
        "Kendall's tau", "1", *(ranking_phrases.score(agreement[name], 2) for name in rivals["names"]), style="bold"
    )
    return table


def matrix_table(matrix: Mapping[str, Any]) -> Table:
    """Return the aggregate of several rankings: a row a checkpoint, a column a dataset, ranks in the cells."""
    datasets = [ranking_phrases.dataset_name(ranking["dataset"]) for ranking in matrix["rankings"]]
    table = _table("mean rank", "model", *datasets)
    for row in matrix["aggregate"]:
        cells = [ranking_phrases.rank_of(ends) if ends else "failed" for ends in row["ranks"]]
        table.add_row(
            ranking_phrases.rank_of(row["mean_rank"], 1) if row["mean_rank"] else "-",
            ranking_phrases.model(row),
            *cells,
        )
    return table


def _table(*headers: str) -> Table:
    from rich.box import Box

    # Rich's SIMPLE_HEAD, with a rule between sections too.
    lines = Box("    \n    \n ── \n    \n ── \n    \n    \n    \n")
    table = Table(box=lines, pad_edge=False, show_edge=False)
    for header in headers:
        text, name = header in ("model", ""), header == "model"
        table.add_column(header, justify="left" if text else "right", overflow="fold", no_wrap=not name)
    return table


def _scale(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    ends = [x for row in rows if row["codelength"] and not row["stage"]["left"] for x in row["codelength"]["interval"]]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)
