"""`lit-hf reproduce`: a stored result computed once more from nothing, and what differs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.cli.processes import require_one
from lit_hf.cli.progress import SpokenProgress, make_progress
from lit_hf.cli.stored import CacheDir

if TYPE_CHECKING:
    from lit_hf.proof.reproduce import Number, Reproduction

Result = Annotated[
    str, typer.Argument(metavar="RECORD", help="A folder that `lit-hf eval --output` wrote, or an id of `lit-hf ls`.")
]
AllowChanged = Annotated[
    bool, typer.Option("--allow-changed", help="Go on where data or checkpoint are not those of the record.")
]
HowToSay = Annotated[
    Format,
    typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the difference in bits)."),
]
_SHOWN = 12


def command(
    record: Result,
    allow_changed: AllowChanged = False,
    cache_dir: CacheDir = None,
    format: HowToSay = Format.TABLE,
) -> None:
    """Compute a stored result again, features too, and say whether each number is the same; exit code 1 if not."""
    require_one("lit-hf reproduce", "Run it by itself.")
    sink = Sink(quiet=format is Format.QUIET)
    progress = SpokenProgress(make_progress(sink.speech_console, quiet=sink.quiet), sink)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.proof.reproduce import reproduce
    from lit_hf.records.store import ResultsStore

    place = ResultsStore.at(cache_dir).place(record)
    found = reproduce(place.parent if place.is_file() else place, allow_changed=allow_changed, progress=progress)
    if format is Format.JSON:
        sink.text(json.dumps(_json(found), indent=2, ensure_ascii=False, allow_nan=False))
    elif format is Format.QUIET:
        sink.text(repr(found.bits_now - found.bits_before))
    else:
        _show(found, sink)
    if not found.identical:
        raise typer.Exit(1)


def _json(found: Reproduction) -> dict[str, Any]:
    from lit_hf.proof.reproduce import SCHEMA

    other = found.most is not None and math.isinf(found.most)
    return {
        "schema": SCHEMA, "record": found.record, "identical": found.identical,
        "codelength_bits": {"before": found.bits_before, "now": found.bits_now},
        "examples": found.examples, "same_examples": not other,
        "largest_difference_of_an_example": None if other else found.most,
        "differences": [
            {"name": each.name, "before": each.before, "now": each.now, "difference": each.difference}
            for each in found.differing
        ],
    }  # fmt: skip


def _show(found: Reproduction, sink: Sink) -> None:
    from rich.text import Text

    sink.show(Text(f"{found.record}: {found.model} on {found.dataset}", style="bold"))
    if found.identical:
        each = f", and of each of {found.examples:,} examples" if found.examples else " (it has no bits of examples)"
        sink.show(Text(f"identical: every number of the result is the same float{each}"))
        return
    change = found.bits_now - found.bits_before
    sink.show(Text(f"not identical: codelength {found.bits_now:,.3f} bits now, {found.bits_before:,.3f} in the record "
                   f"({change:+,.3g})"))  # fmt: skip
    if found.most is not None:
        most = "they are not of the same examples" if math.isinf(found.most) else f"{found.most:.3g} bits at most"
        sink.show(Text(f"difference of one example: {most}"))
    sink.show(_table(found.headlines))
    rest = len(found.differing) - len(found.headlines)
    if rest > 0:
        sink.say(f"{rest:,} more values differ: `--json` lists them.")


def _table(numbers: list[Number]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("number")
    for name in ("record", "now", "difference"):
        table.add_column(name, justify="right")
    for each in numbers[:_SHOWN]:
        change = "" if each.difference is None else f"{each.difference:+,.6g}"
        table.add_row(each.name, _brief(each.before), _brief(each.now), change)
    return table


def _brief(value: Any) -> str:
    return f"{value:,.6f}" if isinstance(value, float) else str(value)
