"""Plots of a record as files."""

from __future__ import annotations

from pathlib import Path

from lit_hf.records import Record
from lit_hf.reports.figure import curve_figure, style


def write_curve(record: Record, folder: Path) -> list[Path]:
    """Write `curve.png` and `curve.svg`; the same record gives the same bytes with the same matplotlib."""
    figure = curve_figure(record)
    png, svg = folder / "curve.png", folder / "curve.svg"
    with style():
        figure.savefig(png, metadata={"Software": "lit-hf"})
        figure.savefig(svg, metadata={"Date": None, "Creator": "lit-hf"})
    return [png, svg]
