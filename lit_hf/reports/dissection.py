"""Where the bits of a dataset are, on a terminal and as a figure; from the JSON object alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases
from lit_hf.reports.data_check import shown
from lit_hf.reports.figure import heading, plain_text, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 40
"""Slices on a terminal and in a figure; files have all."""
_WIDTH = 28


def report(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    total, dataset, model = found["total"], found["dataset"], found["model"]
    about = f"{dataset['id']}: {total['labels']:,} labels by {model['id']}" if dataset and model else "labels"
    saved, whole = (phrases.bits(total[name]) for name in ("bits", "reference_bits"))
    saved = f"{saved} bits saved of the {found['reference']}'s {whole}"
    parts: list[RenderableType] = [Text(shown(about, 160), style="bold"), Text(f"{saved}{_known(total['interval'])}")]
    if total["further_twins_bits"] is not None:
        more = phrases.signed(total["further_twins_bits"])
        parts.append(Text(f"The mean over further random twins adds {more} bits, which no slice can be given."))
    parts += [Text(), _table(found), Text(), Text(_legend(found))]
    if len(found["slices"]) > MOST:
        parts.append(Text(f"{len(found['slices']) - MOST} slices more: `--output DIR` writes all."))
    return [*parts, *(Text(f"! {note}", style="yellow") for note in found["notes"])]


def _has_prior(found: Mapping[str, Any]) -> bool:
    """Tell whether the prior has a column: it is known, and a cross table has no room for it."""
    return len(found["by"]) == 1 and any(each["prior_bits"] is not None for each in found["slices"])


def _legend(found: Mapping[str, Any]) -> str:
    """Return what the columns say."""
    beside = "; prior: bits of a code that looks at no input" if _has_prior(found) else ""
    star = "; *: another share than of the rest (Holm)" if any(each["differs"] for each in found["slices"]) else ""
    return f"bits: saved{beside}; left: share of the {found['reference']}'s bits{star}."


def _known(limits: Sequence[float] | None) -> str:
    return "" if limits is None else f" (95 %: {phrases.interval(limits)})"


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    rows, prior = found["slices"][:MOST], _has_prior(found)
    widest = _WIDTH // len(found["by"])
    for name in found["by"]:
        table.add_column(shown(name, widest), overflow="fold", min_width=6)
    total = found["total"]
    limits = total["interval"] or (None, None)
    every = {**total, "low": limits[0], "high": limits[1], "differs": None}
    every["prior_bits"] = sum(each["prior_bits"] or 0 for each in found["slices"])
    cells = [_numbers(each, prior) for each in (*rows, every)]
    heads = ("labels", "bits", "95 %", "a label", *(("prior",) if prior else ()), "left")
    for name, column in zip(heads, zip(*cells, strict=True), strict=True):  # a number is never cut: a name wraps
        table.add_column(name, justify="right", no_wrap=True, min_width=max(map(len, (name, *column))))
    for each, numbers in zip(rows, cells, strict=False):
        table.add_row(*(Text(shown(value, widest)) for value in each["values"]), *numbers)
    table.add_section()
    table.add_row("total", *[""] * (len(found["by"]) - 1), *cells[-1])
    return table


def _numbers(each: Mapping[str, Any], prior: bool) -> list[str]:
    limits = "" if each["low"] is None else phrases.interval((each["low"], each["high"]))
    left = "" if each["share_left"] is None else phrases.percent(each["share_left"]) + ("*" if each["differs"] else "")
    more = [phrases.bits(each["prior_bits"] or 0)] if prior else []
    return [f"{each['labels']:,}", phrases.bits(each["bits"]), limits, f"{each['bits_per_label']:.2f}", *more, left]


def figure(found: Mapping[str, Any]) -> Figure:
    """Return bars: the share of its reference that is left in each slice; or a heat map of a cross table."""
    with style():
        from matplotlib.figure import Figure

        rows = found["slices"][:MOST]
        crossed = len(found["by"]) > 1
        lines = len({each["values"][0] for each in found["slices"]}) if crossed else len(rows)
        drawn = Figure(figsize=(8.0, 1.6 + 0.32 * max(lines, 2)), layout="constrained")
        axes = drawn.add_subplot()
        (_heat if crossed else _bars)(axes, found)
        total = found["total"]
        about = f"{total['labels']:,} labels; share of the {found['reference']}'s bits that is left"
        heading(axes, f"{phrases.bits(total['bits'])} bits saved, by {' and '.join(found['by'])}", about)
    return drawn


def _bars(axes: Axes, found: Mapping[str, Any]) -> None:
    rows = found["slices"][:MOST][::-1]
    axes.barh(range(len(rows)), [100 * (each["share_left"] or 0) for each in rows], color="#0072B2")
    axes.set_yticks(range(len(rows)), [plain_text(shown(each["values"][0], _WIDTH)) for each in rows])
    for place, each in enumerate(rows):
        told = f" {phrases.bits(each['bits'])} bits of {each['labels']:,}"
        axes.annotate(told, (100 * (each["share_left"] or 0), place), va="center", fontsize=8)
    if found["total"]["share_left"] is not None:
        axes.axvline(100 * found["total"]["share_left"], color="#555555", linestyle=":", linewidth=1.2)
    axes.set_xlabel("share left, % (dotted: all labels)")
    axes.margins(x=0.2)
    axes.grid(visible=False, axis="y")


def _heat(axes: Axes, found: Mapping[str, Any]) -> None:
    import numpy as np

    down, along = (list(dict.fromkeys(sorted(each["values"][side] for each in found["slices"]))) for side in (0, 1))
    table = np.full((len(down), len(along)), np.nan)
    for each in found["slices"]:
        at = down.index(each["values"][0]), along.index(each["values"][1])
        table[at] = np.nan if each["share_left"] is None else 100 * each["share_left"]
        axes.annotate(f"{each['labels']:,}", (at[1], at[0]), ha="center", va="center", fontsize=7)
    axes.imshow(table, cmap="Blues", aspect="auto", alpha=0.7)
    axes.set_yticks(range(len(down)), [plain_text(shown(each, _WIDTH)) for each in down])
    axes.set_xticks(range(len(along)), [plain_text(shown(each, 16)) for each in along], rotation=45, ha="right")
    axes.grid(visible=False)
    axes.set_xlabel(f"{found['by'][1]}; darker: a larger share is left; numbers: labels")
