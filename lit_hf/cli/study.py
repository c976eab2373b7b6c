"""What the studies of `lit-hf data` share on the command line: arguments, and how a result is told and written."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.cli.processes import require_one
from lit_hf.cli.progress import SpokenProgress, make_progress
from lit_hf.runtime.cache import require_writable, whole_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

DataOrRecord = Annotated[
    str,
    typer.Argument(
        metavar="DATA|RECORD",
        help="Alias, Hub id, local file or folder, or features:FILE, as for eval; or a stored record: folder or id.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="The encoder: a Hub id or a folder, as for eval; a record has one."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write JSON, tables and a figure here.")
]
HowToPrint = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (one number alone).")
]


class Result(Protocol):
    """What a study found."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of its schema."""
        ...

    def plot(self) -> Figure:
        """Return its figure."""
        ...


@dataclass(frozen=True)
class Told:
    """A result as a command tells it.

    name: of its files. parts: what a terminal shows, top first. quiet: the one number. tables: rows and columns (what
    each holds, as `lit_hf.reports.tables` names it) by name of their files.
    """

    name: str
    result: Result
    parts: Sequence[RenderableType]
    quiet: str
    tables: Mapping[str, tuple[Sequence[Mapping[str, Any]], Mapping[str, str]]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The JSON object as text."""
        from lit_hf.records.record import plain

        return json.dumps(plain(self.result.to_dict()), indent=2, ensure_ascii=False, allow_nan=False)


def begin(command: str, output: Path | None, format: Format) -> tuple[Sink, SpokenProgress]:
    """Return where a study speaks; raise before any work when it runs in several processes or cannot write."""
    require_one(f"lit-hf data {command}", "Start it without a launcher.")
    if output is not None:
        require_writable(output)
    sink = Sink(quiet=format is Format.QUIET)
    return sink, SpokenProgress(make_progress(sink.speech_console, quiet=sink.quiet), sink)


def finish(told: Told, output: Path | None, format: Format, sink: Sink) -> None:
    """Print a result in its format, and write it into `output` if that is given."""
    if format is Format.TABLE:
        for part in told.parts:
            sink.show(part)
    else:
        sink.text(told.text if format is Format.JSON else told.quiet)
    if output is not None:
        with whole_folder(output) as draft:
            write(told, draft)
        sink.say(f"Wrote {output}.")


def write(told: Told, folder: Path) -> None:
    """Write `NAME.json`, `NAME.png`, `NAME.svg`, and each table as Parquet and CSV."""
    from lit_hf.reports.files import save
    from lit_hf.reports.tables import write_table

    (folder / f"{told.name}.json").write_text(told.text + "\n", encoding="utf-8")
    for name, (rows, columns) in told.tables.items():
        write_table(rows, columns, folder / name)
    with warnings.catch_warnings():  # a character that the font lacks is drawn as a box
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        save(told.result.plot(), folder, told.name)
