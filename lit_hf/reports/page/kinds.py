"""The charts of the page: learning curves, the weights of readouts, the profile over layers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from lit_hf.records.record import Record
from lit_hf.reports.page.charts import (
    FRAMES,
    Chart,
    Drawn,
    Frame,
    View,
    log_axis,
    log_ticks,
    polyline,
    ribbon,
    steps,
    value_ticks,
)
from lit_hf.reports.scale import Linear, Logarithmic, linear
from lit_hf.reports.series import Series
from lit_hf.reports.switching import shares

CALM = 3
"""More bands than that hide each other."""
_GREY = {"uniform": "probe-7", "class prior": "probe-8"}
_COLOURS = 7


def curve_chart(
    curves: Sequence[Series],
    title: str,
    note: str = "",
    shade: tuple[str, str] | None = None,
    banded: Sequence[str] = (),
) -> Chart:
    """Return learning curves on one axis of labels; all of them have the same points.

    shade: keys of two curves between which the area is filled; banded: keys of those whose intervals are drawn.
    """
    x = log_axis(curves[0].seen[0], curves[0].seen[-1])
    y = linear([value for curve in curves for value in curve.bits])
    rows = [[f"{seen:,.0f}", *(_value(curve, i) for curve in curves)] for i, seen in enumerate(curves[0].seen)]
    views = [_curve_view(frame, curves, x, y, shade, banded) for frame in FRAMES]
    keys, names = [curve.key for curve in curves], [curve.name for curve in curves]
    return Chart(title, "labels seen", "bits per label", keys, names, rows, views, note, "at {} labels seen")


def _value(curve: Series, i: int) -> str:
    half = "" if curve.half is None or curve.half[i] != curve.half[i] else f" ± {curve.half[i]:.3f}"
    return f"{curve.bits[i]:.3f}{half}"


def _curve_view(
    frame: Frame,
    curves: Sequence[Series],
    x: Logarithmic,
    y: Linear,
    shade: tuple[str, str] | None,
    banded: Sequence[str],
) -> View:
    xs = [frame.x(x.place(max(seen, x.low))) for seen in curves[0].seen]
    drawn = [_curve(frame, curve, xs, y, curve.key in banded) for curve in curves]
    known = {each.key: each for each in drawn}
    if shade is not None and all(key in known for key in shade):
        drawn = [Drawn("shade", area=ribbon(xs, known[shade[0]].ys, known[shade[1]].ys)), *drawn]
    return View(frame, log_ticks(x, frame), value_ticks(y, frame), xs, drawn)


def _curve(frame: Frame, curve: Series, xs: list[float], y: Linear, banded: bool) -> Drawn:
    ys = [frame.y(y.place(value)) for value in curve.bits]
    band = ""
    if banded and curve.half is not None:
        half = [value if value == value else 0.0 for value in curve.half]
        low, high = ([frame.y(y.place(v + s * h)) for v, h in zip(curve.bits, half, strict=True)] for s in (-1, 1))
        band = ribbon(xs, low, high)
    return Drawn(curve.key, polyline(xs, ys), band, ys=tuple(ys))


def switching_chart(record: Record) -> Chart | None:
    """Return the weights of the kinds of probes, stacked; None for a record without them."""
    found = shares(record)
    if found is None:
        return None
    names = list(found.weights)
    edges = [*found.labels.tolist(), found.stop]
    x, y = log_axis(1, found.stop), Linear(0.0, 1.0, 0.25)
    heaps = _heaps([found.weights[name].tolist() for name in names])
    keys = [_GREY.get(name, f"probe-{index % _COLOURS}") for index, name in enumerate(names)]
    rows = [
        [f"{start:,.0f}", *(f"{100 * found.weights[name][i]:.0f} %" for name in names)]
        for i, start in enumerate(edges[:-1])
    ]
    views = [_area_view(frame, keys, heaps, edges, x, y) for frame in FRAMES]
    note = "Weights in the mixture that codes the next label, in the first order; they are exact, not estimates."
    return Chart(
        "Which readout carries the code", "labels seen", "weight in the mixture", keys, names, rows, views, note,
        "after {} labels",
    )  # fmt: skip


def _heaps(weights: list[list[float]]) -> list[list[float]]:
    """Return running sums over the kinds, from nothing to all."""
    heaps = [[0.0] * len(weights[0])]
    for each in weights:
        heaps.append([below + value for below, value in zip(heaps[-1], each, strict=True)])
    return heaps


def _area_view(
    frame: Frame, keys: list[str], heaps: list[list[float]], edges: Sequence[float], x: Logarithmic, y: Linear
) -> View:
    marks = [frame.x(x.place(max(edge, x.low))) for edge in edges]
    drawn = []
    for index, key in enumerate(keys):
        corners, low = steps(marks, [frame.y(y.place(value)) for value in heaps[index]])
        _, high = steps(marks, [frame.y(y.place(value)) for value in heaps[index + 1]])
        drawn.append(Drawn(key, area=ribbon(corners, low, high)))
    centres = [round((a + b) / 2, 1) for a, b in pairwise(marks)]
    return View(frame, log_ticks(x, frame), value_ticks(y, frame, percent=True), centres, drawn)


def layer_chart(record: Record) -> Chart | None:
    """Return bits per label of each hidden state, with intervals; None for a record without a profile."""
    profile = record.data.get("layers")
    if not profile:
        return None
    rows, labels = profile["rows"], record["dataset"]["examples"]
    ends = [[end / labels for end in row["interval"]] for row in rows]
    mixture = profile["mixture_bits"] / labels
    y = linear([mixture, *(end for pair in ends for end in pair)])
    words = [
        [str(row["layer"]), f"{row['bits_per_label']:.3f} ({a:.3f} to {b:.3f})"]
        for row, (a, b) in zip(rows, ends, strict=True)
    ]
    views = [_layer_view(frame, rows, ends, mixture, y) for frame in FRAMES]
    note = f"The rule is the mixture of all layers, {mixture:.3f} bits per label. Bars: 95 % intervals, first order."
    return Chart(
        "Codelength by layer", "hidden state (0: embeddings)", "bits per label", ["encoder"], ["bits per label"], words,
        views, note, "layer {}",
    )  # fmt: skip


def _layer_view(frame: Frame, rows: Any, ends: list[list[float]], mixture: float, y: Linear) -> View:
    last = max(len(rows) - 1, 1)
    xs = [frame.x(0.04 + 0.92 * i / last) for i in range(len(rows))]
    ys = [frame.y(y.place(row["bits_per_label"])) for row in rows]
    whiskers = "".join(
        f"M{x:g} {frame.y(y.place(a)):g}L{x:g} {frame.y(y.place(b)):g}" for x, (a, b) in zip(xs, ends, strict=True)
    )
    drawn = [Drawn("whiskers", line=whiskers), Drawn("encoder", line=polyline(xs, ys), ys=tuple(ys))]
    every = max(1, round(len(rows) / (12 if frame.name == "wide" else 7)))
    ticks = [(x, str(row["layer"])) for i, (x, row) in enumerate(zip(xs, rows, strict=True)) if i % every == 0]
    return View(frame, ticks, value_ticks(y, frame), xs, drawn, rule=frame.y(y.place(mixture)))
