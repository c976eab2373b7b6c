"""Plots of a ranking: codelengths with their intervals, and the learning curves of all checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lit_hf.reports import ranking_words as say
from lit_hf.reports.figure import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which the colour-blind can tell apart; dashes go on when they are used up.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", ":", "-.")
BEST, OTHER = "#0072B2", "#777777"


def codelength_figure(ranking: Mapping[str, Any]) -> Figure:
    """Return codelengths with intervals, shortest on top; those that cannot be told from the best are coloured."""
    from matplotlib.figure import Figure

    rows = [row for row in ranking["ranking"] if not row["error"] and not row["stage"]["eliminated"]]
    with style():
        figure = Figure(figsize=(8.0, 1.4 + 0.34 * max(len(rows), 1)), layout="constrained")
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            _whisker(axes, place, row)
        axes.set_yticks(range(len(rows)), [say.model(row) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel(f"codelength of {ranking['dataset']['examples']:,} labels [bits], less is better")
        _title(axes, "Codelength with its interval", ranking, "blue: cannot be told from the best")
    return figure


def curves_figure(ranking: Mapping[str, Any]) -> Figure:
    """Return bits per label against labels seen (logarithmic), of all checkpoints as far as each was coded."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    rows = [row for row in ranking["ranking"] if not row["error"]]
    with style():
        figure = Figure(figsize=(8.0, 5.2), layout="constrained")
        axes = figure.add_subplot()
        for number, row in enumerate(rows):
            _line(axes, number, row)
        axes.set_xscale("symlog", linthresh=8)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.set_xlabel("labels seen (log scale)")
        axes.set_ylabel("bits per label")
        if rows:
            axes.legend(fontsize=8, frameon=False)
        _title(axes, "What the next label costs", ranking, "a line that stops was eliminated there")
    return figure


def _whisker(axes: Axes, place: int, row: Mapping[str, Any]) -> None:
    colour, (low, high) = BEST if row["tied_with_best"] else OTHER, row["codelength"]["interval"]
    axes.plot([low, high], [place, place], color=colour, linewidth=2)
    axes.plot([row["codelength"]["bits"]], [place], "o", color=colour, markersize=6)


def _line(axes: Axes, number: int, row: Mapping[str, Any]) -> None:
    curve, dash = row["curve"], DASHES[number // len(COLOURS) % len(DASHES)]
    axes.plot(
        curve["labels_seen"], curve["bits_per_label"], color=COLOURS[number % len(COLOURS)], linestyle=dash,
        linewidth=1.6, label=f"{say.rank_of(row['rank'])}  {say.model(row)}",
    )  # fmt: skip


def _title(axes: Axes, text: str, ranking: Mapping[str, Any], key: str) -> None:
    axes.set_title(text, loc="left", fontweight="bold", pad=20)
    subtitle = f"{say.dataset_name(ranking['dataset'])}; {key}"
    axes.text(0, 1.02, subtitle, transform=axes.transAxes, color="#444444", fontsize=9)
