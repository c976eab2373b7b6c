"""`lit-hf eval`: how many bits of labels one checkpoint saves on one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.arguments import require_model_first
from lit_hf.cli.errors import kept_anyway
from lit_hf.cli.options import (
    RUNS,
    AllowChanged,
    Config,
    Details,
    FormatOption,
    LogDir,
    LogWith,
    Output,
    made_of,
    settings_of,
    with_settings,
)
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.processes import NumProcesses, spread
from lit_hf.cli.progress import SpokenProgress, make_progress
from lit_hf.cli.suite import evaluate_suite
from lit_hf.config import PRECOMPUTED, Settings
from lit_hf.errors import UsageError
from lit_hf.runtime.cache import require_writable, whole_folder
from lit_hf.runtime.launcher import is_main_process
from lit_hf.runtime.tracking import require_trackers
from lit_hf.suites.suite import is_suite

if TYPE_CHECKING:
    from lit_hf.records.made_of import MadeOf

_EXAMPLE = "lit-hf eval sentence-transformers/all-MiniLM-L6-v2 glue/sst2"

Model = Annotated[
    str | None,
    typer.Argument(metavar="MODEL", help="Hub id, also id@revision, a local folder, or features:FILE."),
]
Dataset = Annotated[
    str | None,
    typer.Argument(
        metavar="DATASET",
        help="Alias (glue/sst2), Hub id (org/name, org/name:config), a local file, or a suite (suite:glue, FILE.yaml).",
    ),
]


@with_settings()
def command(
    given: dict[str, Any],
    context: typer.Context,
    model: Model = None,
    dataset: Dataset = None,
    config: Config = None,
    output: Output = None,
    num_processes: NumProcesses = None,
    log_with: LogWith = None,
    log_dir: LogDir = RUNS,
    allow_changed: AllowChanged = False,
    details: Details = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Measure the information transfer of a checkpoint on a labelled dataset, in bits."""
    if dataset is not None and is_suite(dataset):
        if log_with:
            raise UsageError("--log-with takes one dataset, not a suite.", "Leave it out, or run a dataset by itself.")
        spread(context, num_processes)
        return evaluate_suite(model, dataset, given, output, format)
    names = {"model": model, "dataset": dataset}
    given |= {name: value for name, value in names.items() if value is not None}
    if config is None:
        require_model_first(model, dataset)
        _lead_on(model, dataset)
    settings, made = settings_of(given, config), made_of(config, given, allow_changed)
    spread(context, num_processes)
    return evaluate(settings, output, format, log_with or (), log_dir, made, details)


def evaluate(
    settings: Settings, output: Path | None, format: Format, log_with: Sequence[str] = (), log_dir: Path = RUNS,
    made: MadeOf | None = None, details: bool = False,
) -> None:  # fmt: skip
    """Run one evaluation with bars, print it in `format`, write it to `output`, and send it to trackers.

    made: of the result that it is to be once more; other data or another checkpoint stop it. details: print all that
    `lit-hf show` prints.
    """
    require_trackers(log_with)  # before the work, not after it
    if output is not None and is_main_process():
        require_writable(output)
    sink = Sink(quiet=format is Format.QUIET)
    progress = SpokenProgress(make_progress(sink.speech_console, quiet=sink.quiet), sink)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.evaluation.run import run

    record = run(settings, progress=progress, made_of=made)
    _say_stored(record, settings, sink)
    _say_conflicts(record, settings, sink)
    _print(record, format, sink, details)  # before files are written, and last of all without any: what is out is whole
    if log_with and is_main_process():
        _track(record, log_with, log_dir, sink)
    if output is not None and is_main_process():
        _write(record, output)
    if output is not None:
        sink.say(f"Wrote {output}. To run it again: lit-hf eval --config {output / 'settings.yaml'}")


def _print(record: Any, format: Format, sink: Sink, details: bool) -> None:
    if format is Format.JSON:
        sink.text(record.to_json())
    elif format is Format.QUIET:
        transfer = record["transfer"]["bits"]
        sink.text("nan" if transfer is None else repr(transfer))
    else:
        _show(record, sink, details)


def _write(record: Any, output: Path) -> None:
    from lit_hf.reports.files import write_curve

    with kept_anyway(record["id"]), whole_folder(output) as draft:
        record.save(draft)
        write_curve(record, draft)


def _say_stored(record: Any, settings: Settings, sink: Sink) -> None:
    """Say by which id the result is found again, if the store has it."""
    from lit_hf.records.store import ResultsStore

    if ResultsStore.at(settings.cache_dir).holds(record):
        sink.say(f"Stored as {record['id']}: `lit-hf show {record['id'][:8]}` shows curve, probes and control too.")


def _say_conflicts(record: Any, settings: Settings, sink: Sink) -> None:
    """Say in one line when copies in the coded stream carry different labels; a sentence's words are no copies."""
    labels, groups = (record.arrays.get(name) for name in ("labels", "groups"))
    if labels is None or groups is None or record["dataset"]["unit"] != "example":
        return
    from lit_hf.checks.conflicts import conflicting_groups
    from lit_hf.records.said import said

    count = conflicting_groups(labels, groups, are_numbers=said(record["dataset"]).scale is not None)
    if count:
        found = f"{count:,} input{' occurs' if count == 1 else 's occur'}"
        sink.say(f"{found} more than once with different labels: see `lit-hf data check {settings.dataset}`.")


def _show(record: Any, sink: Sink, details: bool) -> None:
    from lit_hf.reports.terminal import report

    for part in report(record, sink.data_console.width, sink.data_console.encoding, details=details):
        sink.show(part)


def _track(record: Any, names: Sequence[str], folder: Path, sink: Sink) -> None:
    from lit_hf.reports import tracked
    from lit_hf.runtime.tracking import PROJECT, Tracked, track

    job = Tracked(tracked.run_name(record), tracked.config(record), tracked.points(record))
    track(job, names, folder)
    sink.say(f"Logged run {job.run} of {PROJECT} with {', '.join(names)}.")


def _lead_on(model: str | None, dataset: str | None) -> None:
    """Raise a usage error that says what is missing and shows a command that works."""
    if model is None:
        raise UsageError(
            "eval needs a model and a labelled dataset.",
            f"Try `{_EXAMPLE}`, or `lit-hf demo`, which needs no network.",
        )
    if dataset is None and not model.startswith(PRECOMPUTED):
        raise UsageError(
            f"eval needs a labelled dataset to measure {model} on.",
            f"Try `lit-hf eval {model} glue/sst2`, or a file of your own: `lit-hf eval {model} reviews.csv`.",
        )
