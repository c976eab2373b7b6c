"""`lit-hf diff`: two records of one dataset, compared example by example."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.cli.stored import CacheDir

First = Annotated[str, typer.Argument(metavar="RECORD", help="An id of `lit-hf ls`, or a folder or file.")]
Second = Annotated[str, typer.Argument(metavar="RECORD", help="The other one.")]
Count = Annotated[int, typer.Option("--examples", min=0, help="How many examples to show, most different first.")]
HowToSay = Annotated[
    Format,
    typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the difference in bits)."),
]


def command(
    first: First, second: Second, examples: Count = 10, cache_dir: CacheDir = None, format: HowToSay = Format.TABLE
) -> None:
    """Compare two records of the same dataset, paired by example, and show where they differ most."""
    from lit_hf.records.store import ResultsStore
    from lit_hf.studies.diff import SCHEMA, compare

    sink, store = Sink(quiet=format is Format.QUIET), ResultsStore.at(cache_dir)
    found = compare(store.find(first), store.find(second), examples)
    if format is Format.JSON:
        return sink.text(json.dumps({"schema": SCHEMA, **found}, indent=2, ensure_ascii=False, allow_nan=False))
    if format is Format.QUIET:
        return sink.text(repr(found["difference"]["bits"]))
    return _show(found, sink)


def _show(found: dict[str, Any], sink: Sink) -> None:
    from rich.text import Text

    from lit_hf.reports import phrases

    a, b, difference = found["a"], found["b"], found["difference"]
    low, high = difference["interval"]
    for name, each in (("a", a), ("b", b)):
        sink.show(Text(f"{name}: {phrases.model_line(each['model'])}, {phrases.bits(each['bits'])} bits"))
    verdict = (
        "cannot be told apart" if low <= 0 <= high else f"{'a' if difference['bits'] < 0 else 'b'} has the shorter code"
    )
    sink.show(
        Text(
            f"a - b: {phrases.signed(difference['bits'])} bits [{phrases.interval((low, high))}]: {verdict}",
            style="bold",
        )
    )
    for note in found["notes"]:
        sink.show(Text(note))
    if found["examples"]:
        sink.show(Text())
        sink.show(_table(found["examples"]))


def _table(examples: list[dict[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("a", "b", "a - b"):
        table.add_column(name, justify="right")
    table.add_column("label")
    table.add_column("input", overflow="fold")
    for each in examples:
        shown = each["input"] if each["input"] is not None else f"input {each['group']} of the stream"
        text = " | ".join(shown) if isinstance(shown, list) else shown
        cells = [
            f"{each['bits_a']:.2f}",
            f"{each['bits_b']:.2f}",
            f"{each['difference']:+.2f}",
            ", ".join(each["labels"]),
        ]
        table.add_row(*cells, Text(text if len(text) <= 160 else f"{text[:159]}…"))
    return table
