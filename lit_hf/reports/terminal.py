"""The report of one record on a terminal: what was resolved, the result, the curve, and what to know beside it."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lit_hf.records.record import Record
from lit_hf.records.said import said
from lit_hf.reports import phrases
from lit_hf.reports.grid import grid_of
from lit_hf.reports.ladder import bar, ladder
from lit_hf.reports.layers import layer_table
from lit_hf.reports.series import series
from lit_hf.reports.switching import switching_table
from lit_hf.reports.terminal_curve import STYLES, draw

MAX_WIDTH = 110
"""Wider lines are harder to read than they are worth."""


def report(record: Record, width: int, encoding: str, *, details: bool = True) -> list[RenderableType]:
    """Return the parts of the report for a terminal of `width` columns and an `encoding`, top first.

    Without `details`: the number, its interval, what it means, the ladder, and what a reader should know beside it.
    """
    width, unicode = min(width, MAX_WIDTH), encoding.lower().startswith("utf")
    parts: list[RenderableType] = [panel(record, width, unicode=unicode, details=details)]
    if details:
        parts = [resolved(record), Text(), *parts, Text(), draw(series(record), width, unicode=unicode)]
        profile, carried = layer_table(record, width, unicode=unicode), switching_table(record)
        parts += [each for part in (profile, carried) if part is not None for each in (Text(), part)]
    notes = phrases.remarks(record)
    return [*parts, Text(), remarks(notes)] if notes else parts


def resolved(record: Record) -> Table:
    """Return what names and defaults turned out to mean."""
    model, dataset = record["model"], record["dataset"]
    rows = {
        "model": phrases.model_line(model),
        "": phrases.model_shape(model),
        "reading": phrases.reading_line(model),
        " ": phrases.sources_line(model),
        "dataset": phrases.dataset_line(dataset),
        "task": phrases.task_line(dataset),
        said(dataset).many: phrases.classes_line(dataset),
        "coder": phrases.coder_line(record),
        "inputs": phrases.features_line(record),
        "machine": phrases.machine_line(record),
    }
    return grid_of(rows)


def panel(record: Record, width: int, *, unicode: bool, details: bool = True) -> Panel:
    """Return the result: the transfer and its interval, what it means and stands on, and the ladder."""
    parts: list[RenderableType] = [_headline(record), Text(), _facts(record, details), Text()]
    parts += [_ladder(record, width, unicode), *([_control(record)] if details else [])]
    return Panel(
        Group(*parts),
        title=Text("L_IT (frozen)", style="bold"),
        title_align="left",
        box=box.ROUNDED,
        padding=(1, 2),
        width=width,
        border_style="cyan",
    )


def remarks(notes: list[str]) -> Table:
    """Return a list of remarks."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="yellow")
    grid.add_column(overflow="fold")
    for note in notes:
        grid.add_row("!", Text(note))
    return grid


def _headline(record: Record) -> Text:
    found, unit = record.transfer, record["dataset"]["unit"]
    text = Text()
    if found is None:
        return text.append(f"not measured: {phrases.headline(record)}", style="bold")
    text.append(f"{phrases.bits(found.bits)} bits", style="bold cyan")
    text.append(f"   {100 * found.level:.0f} % interval {phrases.interval(found.interval)}")
    text.append(f"   {found.bits_per_label:.3f} bits per {unit if unit != 'example' else 'label'}\n")
    text.append(phrases.headline(record), style="bold")
    meaning = phrases.meaning(record)
    return text if meaning is None else text.append(f"\n{meaning}")


_SHORT = ("adapter", "raw input", "held out")
"""What stands on the first screen beside the ladder, which has the other codes."""


def _facts(record: Record, details: bool) -> Table:
    code, compression = record["codelength"], record["measures"]["compression"]
    per_label = f"{code['bits_per_label']:.3f} per label"
    length = f"{phrases.bits(code['bits'])} bits   {phrases.interval(code['interval'])}   {per_label}"
    rows = {
        "codelength": length,
        "compression": f"{compression:.2f} × shorter than the uniform code" if compression else None,
        "baseline": phrases.baseline_line(record),
        "adapter": phrases.from_base(record),
        "raw input": phrases.against_raw_input(record),
        "held out": phrases.holdout(record),
    }
    return grid_of({name: value for name, value in rows.items() if details or name in _SHORT})


def _ladder(record: Record, width: int, unicode: bool) -> Table:
    """Return the rungs with bars that fill what the numbers leave of the width."""
    rungs = ladder(record)
    taken = max(len(rung.name) for rung in rungs) + max(4, *(len(phrases.bits(rung.bits)) for rung in rungs))
    # Border and padding take 6, the gaps between four columns 6, the heading "per label" 9.
    bar_width = max(8, width - 21 - taken)
    grid = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right", "left"):
        grid.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]
    grid.add_row(*(Text(title, style="dim") for title in ("code", "bits", "per label", "")))
    for rung in rungs:
        style = STYLES[rung.key]
        drawn = Text(bar(rung.share, bar_width, unicode=unicode), style=style)
        grid.add_row(Text(rung.name, style=style), phrases.bits(rung.bits), f"{rung.bits_per_label:.3f}", drawn)
    return grid


def _control(record: Record) -> Text:
    shuffled = record["baselines"]["shuffled_labels"]
    more = shuffled["code_minus_class_prior_bits"]
    saved = {f"saving over the {phrases.name_of_prior(record)}": None if more is None else -more}
    shown = {"transfer": shuffled["transfer_bits"], **saved}
    known = [f"{name} {phrases.bits(value)} bits" for name, value in shown.items() if value is not None]
    if not known:
        reason = shuffled.get("transfer_bits_reason", "not run")
        return Text(f"check with shuffled labels: none ({reason})", style="dim")
    near = "both should be near 0" if len(known) == 2 else "should be near 0"
    return Text(f"check with shuffled labels ({near}): {', '.join(known)}", style="dim")
