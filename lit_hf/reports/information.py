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


def forecast_sentence(found: Mapping[str, Any]) -> str:
    """Return what the next labels would buy, in words."""
    ahead = found["forecast"]
    said = []
    for place, each in enumerate(ahead["bits"]):
        words = f"{each['median']:.2f} ({each['band'][0]:.2f} to {each['band'][1]:.2f}) bits per label"
        if ahead["accuracy"] is not None:
            right = ahead["accuracy"][place]
            low, high = (100 * end for end in right["band"])
            words += f" and {100 * right['median']:.0f} % ({low:.0f} to {high:.0f}) right"
        said.append(f"{each['labels'] - ahead['labels_now']:,} more would bring {words}")
    now = f"{ahead['bits_now']:.2f} bits per label now"
    if ahead["accuracy_now"] is not None:
        now += f", {100 * ahead['accuracy_now']:.0f} % right"
    return f"Forecast with 80 % bands ({now}): {'; '.join(said)}."


def target_sentence(found: Mapping[str, Any]) -> str | None:
    """Return how many labels reach the accuracy that was asked for; None where none was."""
    target, now = found["forecast"]["target"], found["forecast"]["labels_now"]
    if target is None:
        return None
    share = f"{100 * target['accuracy']:g} % right"
    if target["labels"] == now:
        return f"{share} is reached already, by the last of the {now:,} labels."
    if target["labels"] is None and target["band"][0] is None:
        return f"{share} is not within four times your labels ({4 * now:,})."
    ends = [f"beyond {4 * now:,}" if end is None else f"{end:,}" for end in target["band"]]
    if target["labels"] is None:
        return f"{share} is not within four times your labels ({4 * now:,}) by the median, at best at {ends[0]}."
    return f"{share} would be reached at {target['labels']:,} labels (80 % band: {ends[0]} to {ends[1]})."


def report(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    dataset, model = found["dataset"], found["model"]
    title = f"{dataset['id']}: {dataset['examples']:,} labels, {dataset['labels_are']}, by {model['id']}"
    cold = f"{found['coded_labels']:,} labels cost {phrases.bits(found['cold_bits'])} bits cold; after n others, less:"
    notes = [Text(f"! {note}", style="yellow") for note in found["notes"]]
    said = [Text(each) for each in (sentence(found), forecast_sentence(found), target_sentence(found)) if each]
    return [Text(title, style="bold"), Text(cold), Text(), _table(found), Text(), *said, *notes]


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
