"""The profile over layers: a table on the terminal, and a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.figure import LINES, heading, short, style
from lit_hf.reports.ladder import bar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TAKEN = 60
"""Characters of a line that are not the bar."""


def layer_table(record: Record, width: int, *, unicode: bool) -> Table | None:
    """Return a row for each layer and one for the mixture; None for a record without a profile."""
    profile = record.data.get("layers")
    if profile is None:
        return None
    grid = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right", "right", "left"):
        grid.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]
    grid.add_row(
        *(Text(title, style="dim") for title in ("layer, first order", "bits", "95 % interval", "per label", ""))
    )
    longest = max(row["bits"] for row in profile["rows"])
    for row in profile["rows"]:
        best = row["layer"] == profile["shortest"]
        cells = [
            str(row["layer"]),
            phrases.bits(row["bits"]),
            phrases.interval(row["interval"]),
            f"{row['bits_per_label']:.3f}",
        ]
        drawn = bar(row["bits"] / longest, max(8, width - _TAKEN), unicode=unicode)
        grid.add_row(*(Text(cell, style="bold cyan" if best else "") for cell in [*cells, drawn]))
    mixture = profile["mixture_bits"]
    grid.add_row("mixture", phrases.bits(mixture), "", f"{mixture / record['dataset']['examples']:.3f}", "")
    return grid


def layer_figure(record: Record) -> Figure:
    """Return bits per label against the layer, with intervals; the mixture of all layers is a dashed line."""
    from matplotlib.figure import Figure

    rows, labels = record["layers"]["rows"], record["dataset"]["examples"]
    middle = [row["bits_per_label"] for row in rows]
    ends = [[abs(row["interval"][side] - row["bits"]) / labels for row in rows] for side in (0, 1)]
    with style():
        figure = Figure(figsize=(8.0, 4.0), layout="constrained")
        axes, line = figure.add_subplot(), LINES["encoder"]
        axes.errorbar([row["layer"] for row in rows], middle, ends, color=line.colour, marker="o", capsize=3)
        mixture = record["layers"]["mixture_bits"] / labels
        axes.axhline(mixture, color=LINES["random_twin"].colour, linestyle="--", label="mixture of all layers")
        axes.set_xticks([row["layer"] for row in rows])
        axes.set_xlabel("hidden state (0 is the embedding layer)")
        axes.set_ylabel("bits per label")
        names = f"{short(record['model']['id'])} on {short(record['dataset']['id'])}, {labels:,} labels"
        heading(axes, "Codelength by layer", f"{names}; bars: 95 % intervals, first order")
        axes.legend(frameon=False)
    return figure
