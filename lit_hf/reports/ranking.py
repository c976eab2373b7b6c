"""A ranking on a terminal: the order with its intervals, what budgets of labels buy, other scores, what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        parts += [Text(), budgets_table(ranking)]
    if ranking["rivals"]:
        parts += [Text(), rivals_table(ranking)]
    return [*parts, Text(), *(Text(line) for line in ranking_phrases.statements(ranking))]


def order_table(ranking: Mapping[str, Any], width: int, *, unicode: bool) -> Table:
    """Return one row a checkpoint, best first; size and speed where there is room."""
    raced = any(row["forecast"] for row in ranking["ranking"])
    return _race_table(ranking, width) if raced else _code_table(ranking, width, unicode=unicode)


def _race_table(ranking: Mapping[str, Any], width: int) -> Table:
    """Return what a race says of each: bits per label so far, how far it will end behind the first, and the risk."""
    wide = width >= WIDE
    table = _table("rank", "model", "late", "behind", "interval", "risk", "labels", *(MORE if wide else ()))
    for row in ranking["ranking"]:
        known = ("-", ranking_phrases.model(row), "", "", "failed", "", "")
        if not row["error"]:
            known = (
                ranking_phrases.rank(row), ranking_phrases.model(row), ranking_phrases.late(row),
                ranking_phrases.behind(row), ranking_phrases.behind_interval(row), ranking_phrases.risk(row),
                ranking_phrases.left_at(row),
            )  # fmt: skip
        more = (ranking_phrases.size(row), ranking_phrases.speed(row)) if wide else ()
        table.add_row(*known, *more, style="dim" if row["error"] or row["stage"]["left"] else "")
    return table


def _code_table(ranking: Mapping[str, Any], width: int, *, unicode: bool) -> Table:
    """Return codelengths, each with its interval as a bar on a common scale."""
    rows, wide = ranking["ranking"], width >= WIDE
    table = _table("rank", "model", "bits", "interval", "", "accuracy", *(MORE if wide else ()))
    scale, cells = _scale(rows), _cells(rows, width, wide)
    for row in rows:
        failed = bool(row["error"])
        found = (
            ("-", ranking_phrases.model(row), "", "", "failed", "") if failed else _known(row, scale, cells, unicode)
        )
        more = (ranking_phrases.size(row), ranking_phrases.speed(row)) if wide else ()
        table.add_row(*found, *more, style="dim" if failed or row["stage"]["left"] else "")
    return table


def _known(row: Mapping[str, Any], scale: tuple[float, float], cells: int, unicode: bool) -> tuple[str, ...]:
    code, left = row["codelength"], row["stage"]["left"]
    drawn = ranking_phrases.left_at(row) if left else whisker(code["bits"], code["interval"], scale, cells, unicode)
    bits = phrases.bits(code["bits"]), phrases.interval(code["interval"])
    return (
        ranking_phrases.rank(row),
        ranking_phrases.model(row),
        *bits,
        drawn,
        ranking_phrases.held_out(row),
    )


def _cells(rows: Sequence[Mapping[str, Any]], width: int, wide: bool) -> int:
    """Return how many characters are left for a bar: at least as many as a row that left writes there."""
    names = min(max((len(ranking_phrases.model(row)) for row in rows), default=0), 32)
    gone = [row for row in rows if row["stage"] and row["stage"]["left"]]
    least = max((len(ranking_phrases.left_at(row)) for row in gone), default=10)
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
    table = _table(f"first {rivals['labels']:,} labels", "codelength", *rivals["names"])
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
    from rich import box

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for header in headers:
        text, name = header in ("model", "") or header.startswith("first"), header == "model"
        table.add_column(header, justify="left" if text else "right", overflow="fold", no_wrap=not name)
    return table


def _scale(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    ends = [x for row in rows if row["codelength"] and not row["stage"]["left"] for x in row["codelength"]["interval"]]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)
