"""What `lit-hf data compare --different-labels` found, in words, on a terminal and as a figure; from its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases
from lit_hf.reports.figure import heading, plain_text, short, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BARS = {"transfer": "#0072B2", "trunk": "#D55E00", "permuted": "#999999"}


def sentence(pair: Mapping[str, Any]) -> str:
    """Return what one ordered pair says, in words."""
    found = pair["transfer"]
    limits = f"{phrases.bits(found['bits'])} bits ({phrases.interval(found['interval'])})"
    about = f"{pair['coded_labels']:,} labels of {pair['coded']}"
    if found["interval"][0] > 0:
        return f"What a network learned from labels of {pair['given']} saves {limits} on {about}."
    return f"It cannot be told that labels of {pair['given']} say anything about {about}: {limits}."


def report(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("labels of")
    table.add_column("given")
    for name in ("k", "cold", "transfer", "forced: trunk", "permuted"):
        table.add_column(name, justify="right")
    for each in found["pairs"]:
        cells = [_cell(each[name]) for name in _BARS]
        count, cold = f"{each['coded_labels']:,}", phrases.bits(each["cold_bits"])
        table.add_row(Text(each["coded"]), Text(each["given"]), count, cold, *cells)
    removed = [each for each in found["pairs"] if each["removed"]]
    return [
        table, Text(), *(Text(sentence(each)) for each in found["pairs"]),
        *(Text(f"Of {each['given']}, left out beside {each['coded']}: {each['removed']:,.0f} labels whose inputs stand "
               "among the coded ones.", style="yellow") for each in removed),
        *(Text(f"! {note}", style="yellow") for note in found["notes"]),
    ]  # fmt: skip


def _cell(found: Mapping[str, Any]) -> str:
    low, high = found["interval"]
    return f"{phrases.bits(found['bits'])} ± {phrases.bits((high - low) / 2)}"


def figure(found: Mapping[str, Any]) -> Figure:
    """Return bars of transfer, and of what forced codes save, for each ordered pair."""
    with style():
        from matplotlib.figure import Figure

        drawn = Figure(figsize=(8.0, 1.8 + 0.7 * len(found["pairs"])), layout="constrained")
        axes = drawn.add_subplot()
        at = np.arange(len(found["pairs"]))
        for place, (name, colour) in enumerate(_BARS.items()):
            bits = np.array([each[name]["bits"] for each in found["pairs"]])
            ends = np.array([each[name]["interval"] for each in found["pairs"]])
            errors = np.abs(ends - bits[:, None]).T
            where = at + 0.27 * (place - 1)
            axes.barh(where, bits, 0.25, xerr=errors, color=colour, label=name, error_kw={"capsize": 2, "lw": 0.8})
        named = [
            f"{plain_text(short(each['coded']))}\ngiven {plain_text(short(each['given']))}" for each in found["pairs"]
        ]
        axes.set_yticks(at, named, fontsize=8)
        axes.invert_yaxis()
        axes.axvline(0, color="#888888", linewidth=0.8)
        axes.set_xlabel("bits saved on the k labels; bars: 95 %")
        axes.legend(frameon=False)
        heading(axes, "What other labels say", "trunk and permuted: codes that must use the hidden layer")
    return drawn
