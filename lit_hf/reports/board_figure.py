"""A board as figures: codelengths with ranks and intervals, and the learning curves of its checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lit_hf.ranking.board import Board
from lit_hf.records.record import Record
from lit_hf.reports.figure import bars, short, style
from lit_hf.reports.ranking_figure import Place, codelength_axis, finish_curves, line, places_figure
from lit_hf.reports.ranking_phrases import rank_of
from lit_hf.reports.series import series

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 3
"""With more curves than that their intervals would hide each other."""


def ranking_figure(board: Board) -> Figure:
    """Return codelengths with intervals, shortest on top; those that cannot be told from the best have filled dots."""
    places = [
        Place(name, row.rank, row.codelength, row.codelength_interval, row.tied)
        for name, row in zip(names(board), board.rows, strict=True)
    ]
    return places_figure(places, codelength_axis(board.examples), _about(board))


def curves_figure(board: Board, records: Sequence[Record]) -> Figure:
    """Return bits per label against labels seen, one line for each of `records`, which belong to the board's rows."""
    from matplotlib.figure import Figure

    barred = len(records) <= MOST_BARS
    with style():
        figure = Figure(figsize=(8.0, 4.8), layout="constrained")
        axes = figure.add_subplot()
        for number, (row, name, record) in enumerate(zip(board.rows, names(board), records, strict=True)):
            curve = next(each for each in series(record) if each.key == "encoder")
            colour = line(axes, number, curve.seen, curve.bits, f"{rank_of(row.rank)}  {name}")
            if barred and curve.half is not None:
                bars(axes, curve, colour)
        finish_curves(axes, _about(board) + ("; bars: 95 % interval at each point" if barred else ""))
    return figure


def names(board: Board) -> list[str]:
    """Return a name for each row; of one checkpoint read in two ways each with its reading."""
    shown = [short(row.model) + (f"@{row.revision[:7]}" if row.revision else "") for row in board.rows]
    return [
        f"{name} ({row.reading})" if shown.count(name) > 1 else name
        for name, row in zip(shown, board.rows, strict=True)
    ]


def _about(board: Board) -> str:
    return f"{board.dataset}, {board.examples:,} labels"
