"""`lit-hf verify`: a record's labels as a file of as many bits as it states, read back by another process."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.cli.progress import make_progress
from lit_hf.cli.stored import CacheDir

if TYPE_CHECKING:
    from rich.table import Table

    from lit_hf.proof.verify import Verification

Result = Annotated[
    str, typer.Argument(metavar="RECORD", help="A folder that `lit-hf eval --output` wrote, or an id of `lit-hf ls`.")
]
HowToSay = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the payload's bits).")
]


def command(record: Result, cache_dir: CacheDir = None, format: HowToSay = Format.TABLE) -> None:
    """Prove a record's codelength: write its labels in so many bits, and read them back in another process."""
    sink = Sink(quiet=format is Format.QUIET)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.proof.verify import verify
    from lit_hf.records.store import ResultsStore

    found = verify(ResultsStore.at(cache_dir).place(record), make_progress(sink.speech_console, quiet=sink.quiet))
    if format is Format.JSON:
        sink.text(json.dumps({"verified": True, **dataclasses.asdict(found), "ratio": found.ratio}, indent=2))
    elif format is Format.QUIET:
        sink.text(str(found.payload_bits))
    else:
        sink.show(_table(found))
        sink.say("Another process that had the features and this file alone gave back every label.")


def _table(found: Verification) -> Table:
    from rich.table import Table

    table = Table(title=f"{found.labels:,} labels, {'written to' if found.written else 'read from'} {found.file}")
    table.add_column("", no_wrap=True)
    table.add_column("bits", justify="right")
    table.add_column("of stated", justify="right")
    rows = (
        ("stated by the record, order 0", found.stated_bits),
        ("of the labels, by the decoder", found.decoded_bits),
        ("payload of the file", found.payload_bits),
        ("header of the file", found.header_bits),
        ("uniform code", found.uniform_bits),
    )
    for name, bits in rows:
        if bits is None:
            continue
        table.add_row(name, f"{bits:,.1f}", f"{bits / found.stated_bits:.4f}")
    return table
