"""A board as the page shows it: rows of words and numbers, whiskers on a common scale, curves of the first few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lit_hf.ranking.board import Board, Row
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.board_figure import names
from lit_hf.reports.page.charts import Chart
from lit_hf.reports.page.kinds import CALM, curve_chart
from lit_hf.reports.ranking_phrases import rank_of
from lit_hf.reports.scale import linear
from lit_hf.reports.series import Series, series

MOST = 8
"""So many lines have looks of their own."""


@dataclass(frozen=True)
class Whisker:
    """An interval on the board's scale, in per cent of its width."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Line:
    """One row of the leaderboard. Numbers are for sorting, words for reading; a value that is missing sorts last."""

    anchor: str
    name: str
    reading: str
    rank: str
    tied: bool
    bits: float
    code: str
    code_interval: str
    whisker: Whisker
    transfer: float | None
    transfer_words: str
    transfer_interval: str
    per_label: float
    held: float | None
    held_words: str
    parameters: int | None
    size: str
    declared: bool


def lines(board: Board, records: Sequence[Record], anchors: Sequence[str]) -> list[Line]:
    """Return the rows, best first; `records` and `anchors` belong to the board's rows, of which there may be none."""
    if not records:
        return []
    ends = [end for row in board.rows for end in row.codelength_interval]
    axis = linear(ends)

    def at(value: float) -> float:
        return round(2 + 96 * axis.place(value), 2)

    return [
        _line(row, name, anchor, record, Whisker(*(at(v) for v in _three(row))))
        for row, name, anchor, record in zip(board.rows, names(board), anchors, records, strict=True)
    ]


def scale_of(board: Board) -> tuple[str, str]:
    """Return the ends of the scale that the whiskers are drawn on, in bits."""
    axis = linear([end for row in board.rows for end in row.codelength_interval])
    return phrases.bits(axis.low), phrases.bits(axis.high)


def _three(row: Row) -> tuple[float, float, float]:
    return row.codelength_interval[0], row.codelength, row.codelength_interval[1]


def _line(row: Row, name: str, anchor: str, record: Record, whisker: Whisker) -> Line:
    return Line(
        anchor=anchor,
        name=name,
        reading=row.reading,
        rank=rank_of(row.rank),
        tied=row.tied,
        bits=row.codelength,
        code=phrases.bits(row.codelength),
        code_interval=phrases.interval(row.codelength_interval),
        whisker=whisker,
        transfer=row.transfer,
        transfer_words="" if row.transfer is None else phrases.bits(row.transfer),
        transfer_interval="" if row.transfer_interval is None else phrases.interval(row.transfer_interval),
        per_label=record["codelength"]["bits_per_label"],
        held=row.metric_value,
        held_words=row.metric or "",
        parameters=row.parameters or None,
        size=phrases.count(row.parameters) if row.parameters else "",
        declared=record.data.get("contamination") == "declared",
    )


def headline(board: Board, level: float = 0.95) -> str:
    """Return what the tests allow to say about the order."""
    shown, tied = names(board), [row.tied for row in board.rows]
    if len(shown) == 1:
        return "One checkpoint, nothing to rank it against."
    others = [name for name, same in zip(shown[1:], tied[1:], strict=True) if same]
    tests = f"{100 * level:.0f} %, all pairs, Holm"
    if not others:
        return f"{shown[0]} has the shortest code, told apart from all others ({tests})."
    listed = ", ".join(others[:4]) + (f" and {len(others) - 4} more" if len(others) > 4 else "")
    return f"{shown[0]} has the shortest code; it cannot be told from {listed} ({tests})."


def curves(board: Board, records: Sequence[Record]) -> Chart | None:
    """Return the learning curves of the first checkpoints; None for one alone, whose own chart shows more."""
    found = [next(each for each in series(record) if each.key == "encoder") for record in records]
    same = [number for number, each in enumerate(found) if each.seen == found[0].seen][:MOST]
    if len(same) < 2:
        return None
    shown = [
        Series(f"line-{place}", names(board)[number], found[number].seen, found[number].bits, found[number].half)
        for place, number in enumerate(same)
    ]
    note = f"The first {len(same)} of {len(found)} by codelength. " if len(same) < len(found) else ""
    note += "± is a 95 % interval of each point over new examples."
    banded = [each.key for each in shown] if len(shown) <= CALM else []
    return curve_chart(shown, "What the next label costs", note, banded=banded)
