"""The curve as a matplotlib figure: readable in greyscale, units on every axis, names at the curves' ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.series import Series, series
from lit_hf.runtime.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Line:
    """How an arm is drawn: in Okabe and Ito's colours, which the colour-blind can tell apart; dashes do it in grey."""

    colour: str
    dash: str | tuple[int, tuple[float, ...]]
    width: float


LINES = {
    "uniform": Line("#8a8a8a", (0, (1, 3)), 1.2),
    "class_prior": Line("#555555", (0, (1, 1.2)), 1.4),
    "raw_input": Line("#009E73", (0, (5, 1.5, 1, 1.5)), 1.6),
    "random_twin": Line("#D55E00", (0, (5, 1.5)), 1.8),
    "encoder": Line("#0072B2", "-", 2.4),
}

BARRED = ("random_twin", "encoder")
"""Arms whose intervals are drawn: all of them would hide each other."""

_STYLE: dict[str, Any] = {
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "figure.dpi": 100,
    "savefig.dpi": 160,
    # The same record gives the same file.
    "svg.hashsalt": "lit-hf",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw inside in the one style of all plots, whatever the user's own matplotlib settings are."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, value in _STYLE.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def curve_figure(record: Record) -> Figure:
    """Return bits per label against labels seen (logarithmic) for all arms; L_IT is shaded, between two of them.

    Bars are 95 % intervals of a point over new examples, where the record has bits per example.
    """
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(8.0, 4.8), layout="constrained")
        axes = figure.add_subplot()
        curves = series(record)
        for curve in curves:
            _draw(axes, curve)
        _shade(axes, {curve.key: curve for curve in curves})
        _name_ends(axes, curves)
        _label(axes, record)
    return figure


def _draw(axes: Axes, curve: Series) -> None:
    line = LINES[curve.key]
    axes.plot(curve.seen, curve.bits, color=line.colour, linestyle=line.dash, linewidth=line.width, label=curve.name)
    if curve.key in BARRED and curve.half is not None:
        bars(axes, curve, line.colour)


def bars(axes: Axes, curve: Series, colour: str) -> None:
    """Draw the intervals of a curve's points."""
    axes.errorbar(curve.seen, curve.bits, curve.half, fmt="none", ecolor=colour, elinewidth=0.9, alpha=0.55)


def _shade(axes: Axes, curves: dict[str, Series]) -> None:
    """Shade between twin and encoder: what the shading adds up to over the labels is L_IT."""
    if "random_twin" not in curves:
        return
    twin, encoder = curves["random_twin"], curves["encoder"]
    axes.fill_between(encoder.seen, encoder.bits, twin.bits, color=LINES["encoder"].colour, alpha=0.12, linewidth=0)


def _name_ends(axes: Axes, curves: Sequence[Series]) -> None:
    """Write each curve's name at its end, apart from one another by a line of text."""
    low, high = axes.get_ylim()
    gap, last = 0.05 * (high - low), float("inf")
    for curve in sorted(curves, key=lambda curve: -curve.bits[-1]):
        last = min(curve.bits[-1], last - gap)
        axes.annotate(
            plain_text(curve.name),
            (curve.seen[-1], last),
            xytext=(6, 0),
            textcoords="offset points",
            color=LINES[curve.key].colour,
            fontweight="bold" if curve.key == "encoder" else "normal",
            verticalalignment="center",
            annotation_clip=False,
        )


def _label(axes: Axes, record: Record) -> None:
    dataset = record["dataset"]
    labels_axis(axes)
    axes.set_ylabel("bits per label")
    subtitle = f"{short(record['model']['id'])} on {short(dataset['id'])}, {dataset['examples']:,} labels"
    heading(
        axes,
        _title(record),
        subtitle + ("; bars: 95 % interval at each point" if "bits_encoder" in record.arrays else ""),
    )


def labels_axis(axes: Axes) -> None:
    """Make the x axis one of labels seen, on a logarithmic scale."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("labels seen (log scale)")


def bits_axis(axes: Axes, label: str) -> None:
    """Make the x axis one of codelengths."""
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel(label)


def heading(axes: Axes, title: str, subtitle: str) -> None:
    """Write a title, and in smaller letters what the figure is about."""
    axes.set_title(plain_text(title), loc="left", fontweight="bold", pad=20)
    axes.text(0, 1.02, plain_text(subtitle), transform=axes.transAxes, color="#444444", fontsize=9)


def plain_text(text: str) -> str:
    """Return text that matplotlib draws as it stands: two dollar signs would begin a formula; on one line."""
    return visible(" ".join(text.split())).replace("$", r"\$")


def _title(record: Record) -> str:
    """Return the result in one line: the transfer, or the codelength where nothing is compared with it."""
    found, code = record.transfer, record["codelength"]
    level = f"{100 * record['transfer']['level']:.0f} % interval"
    if found is None:
        return f"Codelength {phrases.bits(code['bits'])} bits, {level} {phrases.interval(code['interval'])}"
    return f"L_IT (frozen) {phrases.bits(found.bits)} bits, {level} {phrases.interval(found.interval)}"


def short(name: str) -> str:
    """Return a name that fits a title: a Hub id as it is, of a path its last two parts."""
    return "/".join(PurePath(name).parts[-2:])
