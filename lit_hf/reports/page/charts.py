"""A chart as geometry: paths for two widths of screen, and the values that the reader can ask for.

Coordinates are pixels of an SVG, from the top left corner. What is drawn is also a table, so that no value is reachable
by a mouse alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lit_hf.reports.scale import Linear, Logarithmic


@dataclass(frozen=True)
class Frame:
    """A size of drawing: pixels outside, and the margins around the plot area."""

    name: str
    width: int
    height: int
    left: int = 46
    right: int = 14
    top: int = 26
    bottom: int = 42

    def x(self, place: float) -> float:
        """Return the pixel of a place from 0 (left) to 1 (right)."""
        return round(self.left + place * (self.width - self.left - self.right), 1)

    def y(self, place: float) -> float:
        """Return the pixel of a place from 0 (bottom) to 1 (top)."""
        return round(self.height - self.bottom - place * (self.height - self.top - self.bottom), 1)


FRAMES = (Frame("wide", 980, 350), Frame("narrow", 350, 270, right=10))


@dataclass(frozen=True)
class Drawn:
    """One series in one frame: `line`, `band` and `area` are SVG paths, empty where there is none."""

    key: str
    line: str = ""
    band: str = ""
    area: str = ""
    ys: tuple[float, ...] = ()


@dataclass(frozen=True)
class View:
    """A chart in one frame: ticks as (pixel, words), and what is drawn, the last on top."""

    frame: Frame
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    xs: list[float]
    drawn: list[Drawn]
    rule: float | None = None


@dataclass(frozen=True)
class Chart:
    """`rows[i]` are the words of point i: where it stands, then one value for each of `names` (with its `keys`)."""

    title: str
    x_name: str
    y_name: str
    keys: list[str]
    names: list[str]
    rows: list[list[str]]
    views: list[View]
    note: str = ""
    at: str = field(default="at {}")


def polyline(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Return the path through the points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in zip(xs, ys, strict=True)) if xs else ""


def ribbon(xs: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    """Return the closed path between two lines."""
    return f"{polyline(xs, high)}L{polyline(xs[::-1], low[::-1])[1:]}Z" if xs else ""


def steps(edges: Sequence[float], values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the corners of a step line: `values[i]` holds from edge i to edge i + 1."""
    xs = [edge for i in range(len(values)) for edge in (edges[i], edges[i + 1])]
    return xs, [value for value in values for _ in range(2)]


def log_ticks(axis: Logarithmic, frame: Frame) -> list[tuple[float, str]]:
    """Return ticks of a logarithmic axis of labels."""
    return [(frame.x(axis.place(tick)), f"{tick:,.0f}") for tick in axis.ticks()]


def value_ticks(axis: Linear, frame: Frame, percent: bool = False) -> list[tuple[float, str]]:
    """Return ticks of an axis of bits, or of shares in per cent."""
    words = [f"{100 * tick:.0f} %" if percent else f"{tick:.10g}" for tick in axis.ticks()]
    return [(frame.y(axis.place(tick)), word) for tick, word in zip(axis.ticks(), words, strict=True)]


def log_axis(low: float, high: float) -> Logarithmic:
    """Return an axis of labels that has some width also for a single point."""
    return Logarithmic(max(low, 0.5), max(high, 2 * max(low, 0.5)))
