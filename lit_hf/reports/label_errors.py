"""Which labels are probably wrong, on a terminal and as a figure; from the JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases
from lit_hf.reports.data_check import shown
from lit_hf.reports.figure import heading, style

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

TOP = 20
"""Rows on a terminal, unless it is told otherwise."""
PAIRS = 6
_COLOURS, _DASHES = ("#0072B2", "#D55E00"), ("-", (0, (5, 1.5)))
BLIND = "These features cannot show label errors: that planted ones are found better than by chance is not certain."


def report(found: Mapping[str, Any], top: int = TOP, anyway: bool = False) -> list[RenderableType]:
    """Return the parts of the report, top first; no list where errors cannot be seen, unless it is wanted `anyway`."""
    dataset, model = found["dataset"], found["model"]
    about = f"{dataset['id']}: {found['labels']:,} labels by {model['id']}" if dataset and model else "labels"
    parts: list[RenderableType] = [Text(shown(about, 160), style="bold")]
    parts += [Text(sentence(each)) for each in found["depths"]]
    if found["in_sight"] is False:
        parts.append(Text(BLIND, style="yellow"))
    if found["in_sight"] is not False or anyway:
        parts += [Text(), _rows(found["first"][:top])]
        if found["confusions"]:
            parts += [Text(), _pairs(found["confusions"][:PAIRS])]
        parts.append(Text())
    else:
        parts.append(Text("`--anyway` prints the list."))
    return [*parts, *(Text(f"! {note}", style="yellow") for note in found["notes"])]


def sentence(depth: Mapping[str, Any]) -> str:
    """Return what one kind of planted errors says of the list."""
    low, high = depth["auc_interval"]
    seen = f"area {depth['auc']:.3f}, {low:.3f} to {high:.3f}"
    if not depth["in_sight"]:
        return f"Errors of the kind '{depth['kind']}' are not in sight ({seen})."
    half, most = (phrases.counted(depth[name], "row") for name in ("rows_with_half", "rows_with_80_percent"))
    few, many = (phrases.percent(depth[name]) for name in ("wrong_share_about", "wrong_share_at_most"))
    return (
        f"Errors of the kind '{depth['kind']}': the first {half} hold half of them, the first {most} 80 % ({seen}); "
        f"about {few} of the labels are such errors, at most {many}."
    )


def _rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    suggested = any(each["suggested_label"] is not None for each in rows)
    names = ("row", "bits", "given", *(("suggested",) if suggested else ()))
    cells = [_cells(each)[: len(names)] for each in rows]
    for place, name in enumerate(names):
        widest = max(len(name), *(len(each[place]) for each in cells))
        table.add_column(name, justify="right" if place < 2 else "left", no_wrap=True, min_width=widest)
    table.add_column("input", overflow="fold")
    for each, shorts in zip(rows, cells, strict=True):
        mark = "copies differ: " if each["conflict"] else ""
        text = " | ".join(text for text in (each["input"], each["input_2"]) if text)
        table.add_row(*map(Text, shorts), Text(mark + shown(text, 80)))
    return table


def _cells(each: Mapping[str, Any]) -> list[str]:
    labels = [shown(str(each[name]), 18) for name in ("given_label", "suggested_label")]
    row = "" if each["row"] is None else f"{each['row']:,}"
    return [row, f"{each['bits']:.1f} ± {each['deviation']:.1f}", *labels]


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, side in (("given", "left"), ("suggested", "left"), ("rows", "right"), ("mean bits", "right")):
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=True)
    for each in pairs:
        names = (Text(shown(str(each[name]), 30)) for name in ("given_label", "suggested_label"))
        table.add_row(*names, f"{each['rows']:,}", f"{each['mean_bits']:.1f}")
    return table


def figure(found: Mapping[str, Any], bits: np.ndarray) -> Figure:
    """Return the share of planted errors found against the rows read; `bits` [N], falling, where none were planted."""
    with style():
        from matplotlib.figure import Figure

        drawn = Figure(figsize=(8.0, 4.5), layout="constrained")
        axes = drawn.add_subplot()
        for each, colour, dash in zip(found["depths"], _COLOURS, _DASHES, strict=False):
            rows = [0, *(point["rows"] for point in each["curve"])]
            shares = [0, *(100 * point["found"] for point in each["curve"])]
            axes.plot(rows, shares, color=colour, linestyle=dash, marker="o", label=each["kind"])
        if found["depths"]:
            axes.set_ylabel("planted errors found, %")
            axes.set_ylim(0, 100)
            axes.legend(loc="lower right", frameon=False)
        else:
            axes.plot(range(1, len(bits) + 1), bits, color=_COLOURS[0])
            axes.set_ylabel("bits of the label as given")
        axes.set_xlabel(f"rows read, of {found['labels']:,}")
        axes.set_xlim(left=0)
        heading(axes, _title(found), f"{found['labels']:,} labels, {found['orders']} orders")
    return drawn


def _title(found: Mapping[str, Any]) -> str:
    seen = [each for each in found["depths"] if each["in_sight"]]
    if found["in_sight"] is False:
        return "Label errors cannot be seen in these features"
    if not seen:
        return "Labels from the dearest on"
    return f"Half of the label errors stand in the first {seen[0]['rows_with_half']:,} rows"
