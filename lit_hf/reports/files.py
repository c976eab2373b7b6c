"""Plots of a record as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lit_hf.records.record import Record
from lit_hf.reports.figure import curve_figure, style
from lit_hf.reports.layers import layer_figure
from lit_hf.reports.switching import switching_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    return [path for name, figure in figures.items() for path in save(figure, folder, name)]


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write `figure` as `name`.png and `name`.svg into `folder`; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    with style():
        figure.savefig(png, metadata={"Software": "lit-hf"})
        figure.savefig(svg, metadata={"Date": None, "Creator": "lit-hf"})
    return [png, svg]
