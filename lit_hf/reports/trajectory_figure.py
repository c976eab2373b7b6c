"""A trajectory as a figure: bits saved since the first state, a line for each dataset, with intervals."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lit_hf.reports.figure import heading, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = (("#0072B2", "-", "o"), ("#D55E00", "--", "s"), ("#009E73", "-.", "^"), ("#555555", ":", "D"))
"""Colours that the colour-blind can tell apart, with dashes and marks that are told apart in grey."""


def trajectory_figure(found: dict[str, Any]) -> Figure:
    """Return the figure; the axis has training steps where every state has one of its own, else the states in turn."""
    from matplotlib.figure import Figure

    steps = [state["step"] for state in found["states"]]
    timed = all(step is not None for step in steps) and sorted(set(steps)) == steps
    places = steps if timed else list(range(len(steps)))
    with style():
        figure = Figure(figsize=(8.0, 4.5), layout="constrained")
        axes = figure.add_subplot()
        for number, dataset in enumerate(found["datasets"]):
            known = [(x, row["transfer"]) for x, row in zip(places, dataset["rows"], strict=True) if row["transfer"]]
            if not known:
                continue
            middle = [each["bits"] for _, each in known]
            ends = [[abs(each["interval"][side] - each["bits"]) for _, each in known] for side in (0, 1)]
            colour, dash, mark = _DRAWN[number % len(_DRAWN)]
            axes.errorbar(
                [x for x, _ in known], middle, ends, color=colour, linestyle=dash, marker=mark, capsize=3,
                label=PurePath(dataset["name"]).name,
            )  # fmt: skip
        axes.axhline(0, color="#888888", linewidth=0.8)
        axes.set_xlabel("training step" if timed else "state")
        if not timed:
            axes.set_xticks(places, [state["name"][:24] for state in found["states"]])
        axes.set_ylabel("bits saved since the first state")
        heading(axes, "Trajectory", "codelength of the first state minus that of each state; bars: 95 %, of this model")
        if axes.has_data():
            axes.legend(frameon=False)
    return figure
