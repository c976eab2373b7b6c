"""The ladder as a figure: what the same labels cost with each code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.figure import LINES, bits_axis, heading, plain_text, short, style
from lit_hf.reports.ladder import Rung, ladder
from lit_hf.reports.series import coded_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# In grey the bars differ by these, not by their colours.
_HATCHES = {"uniform": "..", "class_prior": "", "raw_input": "\\\\", "random_twin": "//", "encoder": ""}


def ladder_figure(record: Record) -> Figure:
    """Return one bar for each code of the labels, in bits; intervals where the record has them."""
    from matplotlib.figure import Figure

    rungs = ladder(record)
    with style():
        figure = Figure(figsize=(8.0, 1.5 + 0.42 * len(rungs)), layout="constrained")
        axes = figure.add_subplot()
        for place, rung in enumerate(rungs):
            _bar(axes, place, rung, interval_of(record, rung.key))
        axes.set_yticks(range(len(rungs)), [plain_text(rung.name) for rung in rungs])
        axes.set_ylim(len(rungs) - 0.45, -0.55)
        ends = [0.0, *(rung.bits for rung in rungs)]
        axes.set_xlim(min(ends), max(ends) + 0.24 * (max(ends) - min(ends)))
        axes.grid(axis="y", visible=False)
        labels = coded_labels(record)
        bits_axis(axes, f"codelength of {labels:,} labels [bits], less is better; whiskers: 95 % intervals")
        heading(axes, _title(record), f"{short(record['model']['id'])} on {short(record['dataset']['id'])}")
    return figure


def interval_of(record: Record, key: str) -> list[float] | None:
    """Return the ends of a rung's interval in bits, or None: the other codes have none of their own."""
    if key == "encoder":
        return record["codelength"]["interval"]
    return record["baselines"]["random_twin"]["interval"] if key == "random_twin" else None


def _bar(axes: Axes, place: int, rung: Rung, ends: list[float] | None) -> None:
    line = LINES[rung.key]
    axes.barh(
        place, rung.bits, height=0.62, color=line.colour, edgecolor="white", hatch=_HATCHES[rung.key], linewidth=0
    )
    if ends is not None:
        sides = [[rung.bits - ends[0]], [ends[1] - rung.bits]]
        axes.errorbar([rung.bits], [place], xerr=sides, fmt="none", ecolor="#111111", elinewidth=1.4, capsize=3)
    right = max(rung.bits, ends[1] if ends else rung.bits)
    note = f"{phrases.bits(rung.bits)}  ({rung.bits_per_label:.3f} per label)"
    weight = "bold" if rung.key == "encoder" else "normal"
    axes.annotate(note, (right, place), (6, 0), textcoords="offset points", va="center", fontsize=9, fontweight=weight)


def _title(record: Record) -> str:
    found = record.transfer
    if found is None:
        return "What the labels cost"
    return f"What the labels cost: L_IT (frozen) {phrases.bits(found.bits)} bits, {phrases.interval(found.interval)}"
