"""Which probes carried the code as labels came in: a stacked area figure, and a table for the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from lit_hf.records.record import Record
from lit_hf.reports.figure import heading, labels_axis, short, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKS = (100, 500, 2000)
_GREY = ("uniform", "class prior")
# Okabe and Ito's colours; hatches tell the areas apart in grey.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#4B3F8F")
_HATCHES = ("", "///", "...", "\\\\\\", "xxx", "ooo", "---")


@dataclass(frozen=True)
class Shares:
    """Mixture weights of the first order. labels: labels learned before each increment [I]; weights: [I] for each
    name.
    """

    labels: np.ndarray
    stop: int
    weights: dict[str, np.ndarray]

    def at(self, labels: int) -> dict[str, float]:
        """Return the weights that label number `labels` (from 0) was coded with."""
        index = int(np.searchsorted(self.labels, labels, side="right")) - 1
        return {name: float(values[index]) for name, values in self.weights.items()}


def shares(record: Record) -> Shares | None:
    """Return the weights that the record holds; None for a record without them."""
    coder = record["coder"]
    found = {expert["name"]: np.array(expert["share"]) for expert in coder.get("experts", []) if expert.get("share")}
    edges = coder.get("edges")
    if not found or edges is None:
        return None
    return Shares(np.array(edges[:-1]), int(edges[-1]), found)


def switching_table(record: Record) -> Table | None:
    """Return the weights after 100, 500, 2,000 and all labels, in percent; None for a record without them."""
    found = shares(record)
    if found is None:
        return None
    marks = [*(mark for mark in MARKS if mark < found.stop), found.stop - 1]
    columns = [found.at(mark) for mark in marks]
    grid = Table.grid(padding=(0, 2))
    for justify in ("left", *("right" for _ in marks)):
        grid.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]
    heads = ["who made the predictions after", *(f"{mark:,}" for mark in marks[:-1]), "all labels"]
    grid.add_row(*(Text(head, style="dim") for head in heads))
    for name in sorted(found.weights, key=lambda name: -columns[-1][name]):
        grid.add_row(name, *(f"{100 * column[name]:.0f} %" for column in columns))
    return grid


def switching_figure(record: Record) -> Figure | None:
    """Return the weights against labels seen (logarithmic), stacked; None for a record without them."""
    from matplotlib.figure import Figure

    found = shares(record)
    if found is None:
        return None
    with style():
        figure = Figure(figsize=(8.0, 4.2), layout="constrained")
        axes = figure.add_subplot()
        seen = np.append(np.maximum(found.labels, 1), found.stop)
        areas = axes.stackplot(seen, [np.append(row, row[-1]) for row in found.weights.values()], step="post")  # type: ignore[arg-type]
        for index, (name, area) in enumerate(zip(found.weights, areas, strict=True)):
            grey = name in _GREY
            area.set_facecolor(("#bbbbbb", "#8a8a8a")[_GREY.index(name)] if grey else _COLOURS[index % len(_COLOURS)])
            area.set(
                edgecolor="white", linewidth=0.0, label=name, hatch="" if grey else _HATCHES[index % len(_HATCHES)]
            )
        labels_axis(axes)
        axes.grid(visible=False)
        axes.set(xlim=(1, found.stop), ylim=(0, 1), ylabel="weight in the mixture (shares of 1)")
        about = f"{short(record['model']['id'])} on {short(record['dataset']['id'])}"
        heading(axes, "Which readout carries the code", f"{about}; weights of the first order, exact")
        handles, names = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], names[::-1], frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
