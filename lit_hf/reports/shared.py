"""What `lit-hf data compare` found, in words, on a terminal and as a figure; from its JSON object alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases
from lit_hf.reports.figure import plain_text, short, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {"unique": "#D55E00", "common": "#0072B2"}


def sentence(pair: Mapping[str, Any]) -> str:
    """Return what one ordered pair says, in words."""
    first, other, k = pair["coded"], pair["given"], pair["coded_labels"]
    saved, own = pair["transfer"], pair["unique"]
    if saved["interval"][0] > 0:
        says = f"Labels of {other} save {_with_limits(saved)} on {k:,} labels of {first}"
    else:
        says = f"It cannot be told that {other} says anything about {first} ({_with_limits(saved)} on {k:,} labels)"
    if own["interval"][0] > 0:
        return f"{says}; beside it, {first}'s own {pair['own_labels']:,} others save {_with_limits(own)} more."
    others = f"nothing that {first}'s own {pair['own_labels']:,} others save can be told from 0"
    return f"{says}; beside it, {others} ({_with_limits(own)})."


def _with_limits(found: Mapping[str, Any]) -> str:
    return f"{phrases.bits(found['bits'])} bits ({phrases.interval(found['interval'])})"


def chain_sentence(pair: Mapping[str, Any]) -> str | None:
    """Return how far the code is from one that costs the same in either order; None where it was not coded."""
    if pair["chain"] is None:
        return None
    first, last = pair["chain"]["given_first"], pair["chain"]["given_last"]
    share = abs(first - last) / max(first, last)
    return (
        f"{pair['given']} and then {pair['coded_labels']:,} labels of {pair['coded']} cost {phrases.bits(first)} bits, "
        f"the other way round {phrases.bits(last)}: {100 * share:.1f} % apart; an ideal code has one cost."
    )


def report(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    parts: list[RenderableType] = [_table(found), Text()]
    parts += [Text(sentence(each)) for each in found["pairs"]]
    parts += [Text(said, style="dim") for each in found["pairs"] if (said := chain_sentence(each))]
    parts += [Text(labels_sentence(each), style="dim") for each in found["labels"]]
    parts += [Text(said, style="yellow") for each in found["pairs"] if (said := removed_sentence(each))]
    return [*parts, *(Text(f"! {note}", style="yellow") for note in found["notes"])]


def labels_sentence(matched: Mapping[str, Any]) -> str:
    """Return how the labels of two datasets were matched."""
    said = f"Labels of {matched['a']} and {matched['b']} matched by name: {_named(matched['common'])}"
    for side in ("a", "b"):
        if alone := matched[f"only_{side}"]:
            said += f"; only in {matched[side]}: {_named(alone)}"
    return f"{said}."


def removed_sentence(pair: Mapping[str, Any]) -> str | None:
    """Return what of the side information was left out; None where nothing was."""
    said = []
    if pair["removed"]:
        said.append(f"{phrases.counted(round(pair['removed']), 'label')} whose inputs stand among the coded ones")
    if pair["unmatched"]:
        said.append(f"{pair['unmatched']:,.0f} that {pair['coded']} has no class for")
    return f"Of {pair['given']}, left out beside {pair['coded']}: {' and '.join(said)}." if said else None


def _named(names: list[str], most: int = 8) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("labels of")
    table.add_column("given")
    for name in ("k", "cold", "own n", "transfer", "unique", "common", "forced transfer"):
        table.add_column(name, justify="right")
    for each in found["pairs"]:
        cells = [_cell(each[name]) for name in ("own", "transfer", "unique", "common")]
        count, cold = f"{each['coded_labels']:,}", phrases.bits(each["cold_bits"])
        table.add_row(Text(each["coded"]), Text(each["given"]), count, cold, *cells, _cell(each["forced"]["transfer"]))
    return table


def _cell(found: Mapping[str, Any]) -> str:
    low, high = found["interval"]
    return f"{phrases.bits(found['bits'])} ± {phrases.bits((high - low) / 2)}"


def figure(found: Mapping[str, Any]) -> Figure:
    """Return bars of unique and common for each ordered pair, and a map of transfer with its intervals."""
    with style():
        from matplotlib.figure import Figure

        drawn = Figure(figsize=(11.0, 1.6 + 0.55 * max(len(found["pairs"]), 4)), layout="constrained")
        bars, matrix = drawn.subplots(1, 2, width_ratios=(3, 2))
        _bars(bars, found)
        _matrix(matrix, found)
    return drawn


def _bars(axes: Axes, found: Mapping[str, Any]) -> None:
    at = np.arange(len(found["pairs"]))
    for place, (name, colour) in enumerate(_COLOURS.items()):
        bits = np.array([each[name]["bits"] for each in found["pairs"]])
        ends = np.array([each[name]["interval"] for each in found["pairs"]])
        where, errors = at + 0.38 * (place - 0.5), np.abs(ends - bits[:, None]).T
        axes.barh(where, bits, 0.36, xerr=errors, color=colour, label=name, error_kw={"capsize": 2, "lw": 0.8})
    named = [f"{_plain(each['coded'])}\ngiven {_plain(each['given'])}" for each in found["pairs"]]
    axes.set_yticks(at, named, fontsize=8)
    axes.invert_yaxis()
    axes.axvline(0, color="#888888", linewidth=0.8)
    axes.set_xlabel("bits of the k labels; bars: 95 %")
    axes.legend(frameon=False)
    axes.set_title("Unique and common", loc="left")


def _matrix(axes: Axes, found: Mapping[str, Any]) -> None:
    names = list(dict.fromkeys(each["coded"] for each in found["pairs"]))
    grid = np.full((len(names), len(names)), np.nan)
    for each in found["pairs"]:
        row, column = names.index(each["given"]), names.index(each["coded"])
        grid[row, column] = each["transfer"]["bits"]
        low, high = each["transfer"]["interval"]
        words = f"{grid[row, column]:.0f}\n{low:.0f} to {high:.0f}"
        axes.text(column, row, words, ha="center", va="center", fontsize=8)
    largest = max(float(np.nanmax(np.abs(grid))), 1.0)
    axes.imshow(grid, cmap="PuOr", vmin=-largest, vmax=largest, alpha=0.6)
    axes.set_xticks(range(len(names)), [_plain(name) for name in names], fontsize=8)
    axes.set_yticks(range(len(names)), [_plain(name) for name in names], fontsize=8)
    axes.set_xlabel("its labels cost fewer bits")
    axes.set_ylabel("after these")
    axes.set_title("Transfer, bits", loc="left")


def _plain(name: str) -> str:
    return plain_text(short(name))
