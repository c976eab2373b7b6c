"""Plots of a record as files."""

from __future__ import annotations

from pathlib import Path

from lit_hf.records import Record
from lit_hf.reports.figure import curve_figure, style
from lit_hf.reports.layers import layer_figure
from lit_hf.reports.switching import switching_figure


def write_curve(record: Record, folder: Path) -> list[Path]:
    """Write `curve.png` and `curve.svg`, `layers.*` of a profile, and `experts.*`: who carried the code.

    The same record gives the same bytes with the same matplotlib.
    """
    figures = {"curve": curve_figure(record)}
    if record.data.get("layers"):
        figures["layers"] = layer_figure(record)
    weights = switching_figure(record)
    if weights is not None:
        figures["experts"] = weights
    written = []
    for name, figure in figures.items():
        png, svg = folder / f"{name}.png", folder / f"{name}.svg"
        with style():
            figure.savefig(png, metadata={"Software": "lit-hf"})
            figure.savefig(svg, metadata={"Date": None, "Creator": "lit-hf"})
        written += [png, svg]
    return written
