"""What `lit-hf data info` found, in words, on a terminal and as a figure; from its JSON object alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases
from lit_hf.reports.figure import heading, labels_axis, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ENDS = {
    "still gaining": "more labels of this kind still bring information",
    "saturated": "twice the labels brought less than 0.005 bits per label",
    "cannot be told": "whether more labels would bring information cannot be told from these",
}


def sentence(found: Mapping[str, Any]) -> str:
    """Return what the last doubling says, in words."""
    last = found["last_doubling"]
    doubled = f"from {last['from']:,} to {last['to']:,} labels"
    gain = f"{phrases.signed(last['bits'])} bits ({phrases.interval(last['interval'])})"
    on = f"on {found['coded_labels']:,} others"
    return f"The last doubling, {doubled}, saved {gain} {on}: {last['verdict']}, {_ENDS[last['verdict']]}."


def report(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    dataset, model = found["dataset"], found["model"]
    title = f"{dataset['id']}: {dataset['examples']:,} labels, {dataset['labels_are']}, by {model['id']}"
    cold = f"{found['coded_labels']:,} labels cost {phrases.bits(found['cold_bits'])} bits cold; after n others, less:"
    notes = [Text(f"! {note}", style="yellow") for note in found["notes"]]
    return [Text(title, style="bold"), Text(cold), Text(), _table(found), Text(), Text(sentence(found)), *notes]


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("n", "bits saved", "95 % interval", "per label"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in found["information"]:
        limits = phrases.interval(each["interval"]) if each["labels"] else ""
        table.add_row(f"{each['labels']:,}", phrases.bits(each["bits"]), limits, f"{each['bits_per_label']:.3f}")
    return table


def figure(found: Mapping[str, Any]) -> Figure:
    """Return L_IT^n against n, with intervals."""
    with style():
        from matplotlib.figure import Figure

        drawn = Figure(figsize=(8.0, 4.5), layout="constrained")
        axes = drawn.add_subplot()
        rows = [each for each in found["information"] if each["labels"]]
        middle = [each["bits"] for each in rows]
        ends = [[abs(each["interval"][side] - each["bits"]) for each in rows] for side in (0, 1)]
        axes.errorbar([each["labels"] for each in rows], middle, ends, color="#0072B2", marker="o", capsize=3)
        labels_axis(axes)
        axes.set_xticks([each["labels"] for each in rows])
        axes.axhline(0, color="#888888", linewidth=0.8)
        axes.set_ylabel(f"bits saved of {phrases.bits(found['cold_bits'])}")
        last = found["last_doubling"]
        about = f"the same {found['coded_labels']:,} labels after n others; bars: 95 %"
        heading(axes, f"Information in labels: {last['verdict']}", about)
    return drawn
