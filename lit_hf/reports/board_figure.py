"""A board as figures: codelengths with ranks and intervals, and the learning curves of its checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lit_hf.ranking.board import Board, Row
from lit_hf.records import Record
from lit_hf.reports.figure import bars, bits_axis, heading, labels_axis, plain_text, short, style
from lit_hf.reports.ranking_figure import BEST, COLOURS, DASHES, OTHER
from lit_hf.reports.ranking_words import rank_of
from lit_hf.reports.series import series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS = 3
"""With more curves than that their intervals would hide each other."""


def ranking_figure(board: Board) -> Figure:
    """Return codelengths with intervals, shortest on top; those that cannot be told from the best have filled dots."""
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(8.0, 1.6 + 0.36 * max(len(board.rows), 2)), layout="constrained")
        axes = figure.add_subplot()
        for place, row in enumerate(board.rows):
            _whisker(axes, place, row)
        axes.set_yticks(range(len(board.rows)), [plain_text(name) for name in names(board)])
        axes.set_ylim(len(board.rows) - 0.4, -0.6)
        axes.margins(x=0.12)
        axes.grid(axis="y", visible=False)
        bits_axis(axes, f"codelength of {board.examples:,} labels [bits], less is better; bars: 95 % intervals")
        heading(axes, "Ranks by paired tests", f"{_about(board)}; filled: cannot be told from the best")
    return figure


def curves_figure(board: Board, records: Sequence[Record]) -> Figure:
    """Return bits per label against labels seen, one line for each of `records`, which belong to the board's rows."""
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(8.0, 4.8), layout="constrained")
        axes = figure.add_subplot()
        for number, (row, name, record) in enumerate(zip(board.rows, names(board), records, strict=True)):
            _line(axes, number, f"{rank_of(row.rank)}  {name}", record, len(records) <= MOST_BARS)
        labels_axis(axes)
        axes.set_ylabel("bits per label")
        axes.legend(fontsize=8, frameon=False, title="rank  checkpoint", title_fontsize=8, alignment="left")
        barred = "; bars: 95 % of each point" if len(records) <= MOST_BARS else ""
        heading(axes, "What the next label costs", _about(board) + barred)
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


def _whisker(axes: Axes, place: int, row: Row) -> None:
    colour, (low, high) = BEST if row.tied else OTHER, row.codelength_interval
    axes.plot([low, high], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
    face = colour if row.tied else "white"
    axes.plot([row.codelength], [place], "o", color=colour, markerfacecolor=face, markeredgewidth=1.8, markersize=7)
    axes.annotate(
        f"rank {rank_of(row.rank)}", (high, place), (7, 0), textcoords="offset points", va="center", fontsize=9,
        color="#333333",
    )  # fmt: skip


def _line(axes: Axes, number: int, name: str, record: Record, barred: bool) -> None:
    curve = next(each for each in series(record) if each.key == "encoder")
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    axes.plot(curve.seen, curve.bits, color=colour, linestyle=dash, linewidth=1.8, label=plain_text(name))
    if barred and curve.half is not None:
        bars(axes, curve, colour)
