"""`lit-hf data check`: what would make any score on these data unfair; no encoder, no model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lit_hf.cli.arguments import is_checkpoint
from lit_hf.cli.output import Format, Sink
from lit_hf.errors import UsageError
from lit_hf.runtime.cache import require_writable, whole_folder
from lit_hf.runtime.launcher import is_main_process

if TYPE_CHECKING:
    from lit_hf.checks import DataCheck

_DATA = "Data"
Dataset = Annotated[
    str,
    typer.Argument(metavar="DATA", help="Alias (glue/sst2), Hub id, local file or folder, or features:FILE."),
]
Test = Annotated[
    str | None,
    typer.Option("--test", metavar="DATA", help="The other split, as data of its own; else all splits of DATA."),
]
Split = Annotated[
    str | None, typer.Option("--split", help="Split that is learned from: train, or the first.", rich_help_panel=_DATA)
]
Task = Annotated[str | None, typer.Option("--task", help="Kind of task, as for eval; inferred.", rich_help_panel=_DATA)]
TextColumn = Annotated[
    str | None, typer.Option("--text-column", help="Column of the text, image or sound.", rich_help_panel=_DATA)
]
TextPairColumn = Annotated[
    str | None, typer.Option("--text-pair-column", help="Column of a pair's second text.", rich_help_panel=_DATA)
]
LabelColumn = Annotated[str | None, typer.Option("--label-column", help="Column of the label.", rich_help_panel=_DATA)]
MaxExamples = Annotated[
    int | None, typer.Option("--max-examples", min=1, help="Look at so many rows of a split at most; at all.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Draws the rows of `--max-examples`.")]
Folder = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write check.json, tables and a figure here.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 when a check says unfair: for scripts.")]
HowToPrint = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the verdict alone).")
]


def command(
    dataset: Dataset,
    test: Test = None,
    split: Split = None,
    task: Task = None,
    text_column: TextColumn = None,
    text_pair_column: TextPairColumn = None,
    label_column: LabelColumn = None,
    max_examples: MaxExamples = None,
    seed: Seed = 0,
    output: Folder = None,
    strict: Strict = False,
    format: HowToPrint = Format.TABLE,
) -> None:
    """Find what would make a score on labelled data unfair: copies, conflicting labels, shortcuts, drift."""
    from lit_hf.checks import run_checks
    from lit_hf.checks.read import read_data
    from lit_hf.checks.request import Request

    sink = Sink(quiet=format is Format.QUIET)
    asked = Request(
        dataset, test, split, task, text_column, text_pair_column, label_column, max_examples, seed
    )  # fmt: skip
    if is_checkpoint(dataset):
        raise UsageError(f"{dataset} is a checkpoint; data check takes a dataset.", "Try `lit-hf data check FILE.csv`.")
    if output is not None and is_main_process():
        require_writable(output)
    found = run_checks(read_data(asked))
    _show(found, format, sink)
    if output is not None and is_main_process():
        from lit_hf.checks.files import write

        with whole_folder(output) as draft:
            write(found, draft)
        sink.say(f"Wrote {output}.")
    if strict and found.verdict == "unfair":
        raise typer.Exit(1)


def _show(found: DataCheck, format: Format, sink: Sink) -> None:
    if format is Format.JSON:
        return sink.text(found.to_json())
    if format is Format.QUIET:
        return sink.text(found.verdict)
    from lit_hf.reports.data_check import report

    for part in report(found.to_dict()):
        sink.show(part)
    return None
