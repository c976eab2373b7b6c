"""What a dataset holds, as a page for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

MOST = 30
"""Labels that are listed by name."""
WIDE = 300
"""Characters of an example that are shown."""


def report(found: Mapping[str, Any]) -> Iterator[Table | Text]:
    """Yield the parts of the page."""
    data = found["dataset"]
    name = data["id"] if data["config"] is None else f"{data['id']}:{data['config']}"
    yield Text(f"{name}, split {data['split']}" + (f": {found['read_as']}" if found["read_as"] else ""))
    yield _facts(found)
    yield _labels(found["label_counts"])
    yield Text("The first examples as the network gets them:")
    for example in found["examples"]:
        text = example["input"]
        shown = text if len(text) <= WIDE else f"{text[: WIDE - 1]}…"
        yield Text(f"  [{example['label']}] {shown!r}")
    for note in found["notes"]:
        yield Text(f"Note: {note}")


def _facts(found: Mapping[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    columns = [name for name in found["columns"].values() if name]
    table.add_row("kind", Text(f"{found['kind']}, from columns {', '.join(columns)}"))
    table.add_row("rows read", f"{found['rows']:,}")
    lacking, empty = found["dropped"]["without_label"], found["dropped"]["without_input"]
    values = ", ".join(f"{count:,} {_quoted(word)}" for word, count in lacking["values"].items())
    table.add_row("dropped", Text(f"{lacking['rows']:,} without a label" + (f" ({values})" if values else "")))
    table.add_row("", f"{empty['rows']:,} without an input (nothing, or blanks alone)")
    table.add_row("left", f"{found['labels']:,} labels of {found['groups']:,} different inputs")
    table.add_row("fingerprint", found["fingerprint"])
    return table


def _quoted(word: str) -> str:
    return "empty" if word == "nothing" else f"`{word}`"


def _labels(counts: Mapping[str, int]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("label")
    table.add_column("count", justify="right")
    for name, count in list(counts.items())[:MOST]:
        table.add_row(Text(repr(name)), f"{count:,}")
    if len(counts) > MOST:
        table.add_row(f"and {len(counts) - MOST:,} more", f"{sum(list(counts.values())[MOST:]):,}")
    return table
