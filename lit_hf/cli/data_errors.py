"""`lit-hf data errors`: which labels are probably wrong, and how far down the list to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.study import DataOrRecord, HowToPrint, Model, Output, Told, begin, finish
from lit_hf.config import PRECOMPUTED
from lit_hf.errors import UsageError

if TYPE_CHECKING:
    from lit_hf.studies.label_errors import LabelErrors

LEFT_OUT = ("twins", "sensitivity", "streaming", "classes", "shuffle_buffer", "code")
"""Settings of what these studies do not do."""
ORDERS = 10
Top = Annotated[int, typer.Option("--top", min=1, max=100, help="Rows on the terminal.")]
Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="FILE", help="Write all rows, ranked, as .parquet, .csv or .jsonl; see --apply."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Write --export over a file that exists.")]
Apply = Annotated[
    Path | None,
    typer.Option(
        "--apply",
        metavar="DECISIONS.csv",
        help="Write a corrected copy of DATA to --export: columns row and label, an empty label drops the row.",
    ),
]
Anyway = Annotated[bool, typer.Option("--anyway", help="Print the list where the features cannot show label errors.")]


@with_settings(*LEFT_OUT, orders=str(ORDERS))
def command(
    given: dict[str, Any],
    data: DataOrRecord,
    model: Model = None,
    top: Top = 20,
    export: Export = None,
    overwrite: Overwrite = False,
    apply: Apply = None,
    anyway: Anyway = False,
    output: Output = None,
    format: HowToPrint = Format.TABLE,
) -> None:
    """List the labels that are probably wrong, how far to read the list, and how many there are at most."""
    from lit_hf.reports.rows_file import require_free, write_rows
    from lit_hf.studies.given import find_record, settings_of

    sink, progress = begin("errors", output, format)
    if export is not None:
        require_free(export, overwrite)
        _require_other(export, data)
    if apply is not None:
        return _apply(given, data, apply, export, sink)
    record = find_record(data, model, given)
    from lit_hf.reports.label_errors import report
    from lit_hf.studies.errors_found import errors_in_data, errors_in_record
    from lit_hf.studies.label_errors import COLUMNS

    if record is None:
        found = errors_in_data(settings_of(data, model, {"orders": ORDERS, **given}), progress)
    else:
        found = errors_in_record(record)
    rows = found.rows()
    told = Told(
        "errors", found, report(found.to_dict(), top, anyway), _quiet(found), {"labels": (rows, COLUMNS)}
    )  # fmt: skip
    finish(told, output, format, sink)
    if export is not None:
        write_rows(rows, COLUMNS, export)
        sink.say(f"Wrote {export}: {len(rows):,} rows, the dearest label first.")
    return None


def _require_other(export: Path, data: str) -> None:
    """Raise `UsageError` for an export that would be written over the data."""
    from lit_hf.config.names import exists

    path = data.removeprefix(PRECOMPUTED)
    if export.exists() and exists(path) and export.samefile(path):
        raise UsageError(f"{export} is the dataset, which is not written over.", "Give `--export` another name.")


def _quiet(found: LabelErrors) -> str:
    """Return how many rows hold half of the errors in sight, "nan" where that is not known."""
    return str(max((each.half for each in found.depths if each.in_sight), default="nan"))


def _apply(given: dict[str, Any], data: str, decisions: Path, export: Path | None, sink: Sink) -> None:
    from lit_hf.config import from_mapping
    from lit_hf.reports.phrases import counted
    from lit_hf.studies.corrected import read_decisions, write_corrected

    if export is None:
        raise UsageError("--apply writes a copy, and no file is named for it.", "Add `--export corrected.parquet`.")
    if data.startswith(PRECOMPUTED):
        raise UsageError(f"{data} is a file of features, of which no corrected copy is written.", "Name the dataset.")
    settings = from_mapping({"model": "no model", "dataset": data, **given}, "the command line")
    changed, dropped = write_corrected(settings, read_decisions(decisions), export)
    done = f"{counted(changed, 'label')} changed, {counted(dropped, 'row')} dropped"
    sink.say(f"Wrote {export}: {done}; {data} is as it was.")
