"""Plots of a ranking: codelengths with their intervals, and the learning curves of all checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lit_hf.reports import ranking_phrases
from lit_hf.reports.figure import bits_axis, heading, labels_axis, plain_text, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which the colour-blind can tell apart; in grey dashes and marks do it: 8 x 4 make 32 pairs.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = (
    "-", "--", ":", "-.", (0, (8, 2)), (0, (5, 1.5, 1, 1.5, 1, 1.5)), (0, (2, 2)), (0, (10, 2, 3, 2)),
)  # fmt: skip
MARKS = ("", "o", "s", "^")
BEST, OTHER = "#0072B2", "#777777"


@dataclass(frozen=True)
class Place:
    """A checkpoint's place: codelength and its interval [bits], whether it cannot be told from the best, its stop."""

    name: str
    rank: Sequence[int]
    bits: float
    interval: Sequence[float]
    tied: bool
    stopped: int | None = None
    """After how many labels a race stopped for it, or None."""


def places_figure(places: Sequence[Place], axis: str, about: str) -> Figure:
    """Return places with their intervals, best on top.

    Those that cannot be told from the best have filled dots; of those that stopped early it says where.
    """
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(8.0, 1.6 + 0.36 * max(len(places), 2)), layout="constrained")
        axes = figure.add_subplot()
        for place, each in enumerate(places):
            _whisker(axes, place, each)
        axes.set_yticks(range(len(places)), [plain_text(each.name) for each in places])
        axes.set_ylim(len(places) - 0.4, -0.6)
        axes.margins(x=0.12)
        axes.grid(axis="y", visible=False)
        early = "; hollow: it can, or stopped early" if any(each.stopped is not None for each in places) else ""
        bits_axis(axes, f"{axis}, less is better; bars: 95 % intervals")
        heading(axes, "Ranks by paired tests", f"{about}; filled: cannot be told from the best{early}")
    return figure


def line(axes: Axes, number: int, seen: Sequence[float], bits: Sequence[float], name: str) -> str:
    """Draw the learning curve of the checkpoint at place `number` and return its colour."""
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    mark = MARKS[number // len(DASHES) % len(MARKS)]
    axes.plot(
        seen, bits, color=colour, linestyle=dash, marker=mark, markersize=4, markevery=4, linewidth=1.7,
        label=plain_text(name),
    )  # fmt: skip
    return colour


def finish_curves(axes: Axes, subtitle: str) -> None:
    """Write axes, legend and heading of a figure of learning curves."""
    labels_axis(axes)
    axes.set_ylabel("bits per label")
    if axes.lines:
        axes.legend(fontsize=8, frameon=False, title="rank  checkpoint", title_fontsize=8, alignment="left")
    heading(axes, "What the next label costs", subtitle)


def codelength_axis(examples: int) -> str:
    """Return what is drawn along the axis of codelengths."""
    return f"codelength of {examples:,} labels [bits]"


def codelength_figure(ranking: Mapping[str, Any]) -> Figure:
    """Return the codelengths with their intervals; after a race the forecasts of how far each ends behind."""
    rows = [row for row in ranking["ranking"] if not row["error"]]
    if any(row["forecast"] for row in rows):
        places = [_forecast_place(row) for row in rows]
        return places_figure(places, "forecast of how far it ends behind the first [bits per label]", _about(ranking))
    whole = [row for row in rows if not row["stage"]["left"]]
    gone = len(rows) - len(whole)  # what they paid is of fewer labels: it has no place on this axis
    about = _about(ranking) + (f"; {gone} stopped early, not drawn" if gone else "")
    return places_figure([_place(row) for row in whole], codelength_axis(ranking["dataset"]["examples"]), about)


def curves_figure(ranking: Mapping[str, Any]) -> Figure:
    """Return bits per label against labels seen (logarithmic), of all checkpoints as far as each was coded."""
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(8.0, 5.2), layout="constrained")
        axes = figure.add_subplot()
        for number, row in enumerate(row for row in ranking["ranking"] if not row["error"]):
            edges = [*row["curve"]["labels_seen"], row["codelength"]["labels"]]
            seen = [(start + end - 1) / 2 for start, end in pairwise(edges)]
            name = f"{ranking_phrases.rank_of(row['rank'])}  {ranking_phrases.model(row)}"
            line(axes, number, seen, row["curve"]["bits_per_label"], name)
        finish_curves(axes, f"{_about(ranking)}; a line stops where the race did for it")
    return figure


def _place(row: Mapping[str, Any]) -> Place:
    code = row["codelength"]
    return Place(ranking_phrases.model(row), row["rank"], code["bits"], code["interval"], row["tied_with_best"])


def _forecast_place(row: Mapping[str, Any]) -> Place:
    found = row["forecast"] or {"behind": 0.0, "low": 0.0, "high": 0.0}
    ends, stage = (found["low"], found["high"]), row["stage"]
    stopped = stage["n"] if stage["left"] else None
    return Place(ranking_phrases.model(row), row["rank"], found["behind"], ends, row["tied_with_best"], stopped)


def _about(ranking: Mapping[str, Any]) -> str:
    return f"{ranking_phrases.dataset_name(ranking['dataset'])}, {ranking['dataset']['examples']:,} labels"


def _whisker(axes: Axes, place: int, each: Place) -> None:
    colour, (low, high) = BEST if each.tied else OTHER, each.interval
    axes.plot([low, high], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
    face = colour if each.tied and each.stopped is None else "white"
    axes.plot(
        [each.bits], [place], "o", color=colour, markerfacecolor=face, markeredgewidth=1.8, markersize=7
    )  # fmt: skip
    stop = "" if each.stopped is None else f", stopped at {each.stopped:,}"
    axes.annotate(
        f"rank {ranking_phrases.rank_of(each.rank)}{stop}", (high, place), (7, 0), textcoords="offset points",
        va="center", fontsize=9, color="#333333",
    )  # fmt: skip
