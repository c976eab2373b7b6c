"""`lit-hf trace`: what the labels cost with each state of a model, and what changed on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.processes import require_one
from lit_hf.cli.progress import SpokenProgress, make_progress
from lit_hf.errors import UsageError
from lit_hf.runtime.cache import require_writable, whole_folder

Datasets = Annotated[
    list[str] | None, typer.Argument(metavar="DATASET...", help="Aliases, Hub ids or local files, as for eval.")
]
Checkpoints = Annotated[
    list[str] | None,
    typer.Option(
        "--checkpoint", metavar="MODEL",
        help="A state, in the order of its life; or a Trainer's output folder with its checkpoint-*. May be repeated.",
    ),
]  # fmt: skip
Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help="The repository of the --revisions.")]
Revisions = Annotated[
    str | None,
    typer.Option("--revisions", metavar="A,B,...", help="Revisions of --model, in order: step1000,step2000."),
]
LearnedAt = Annotated[
    list[str] | None,
    typer.Option(
        "--learned", metavar="DATASET=STATE",
        help="This state had just learned that dataset: print what it gained, and what the last state forgot.",
    ),
]  # fmt: skip
Twin = Annotated[bool, typer.Option("--twin", help="Embed a random twin of the first state too.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write JSON, arrays and the plot here.")
]
HowToSay = Annotated[
    Format,
    typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (bits changed, by dataset)."),
]


@with_settings("twins", "sensitivity", "streaming", "classes", "shuffle_buffer")
def command(
    given: dict[str, Any],
    datasets: Datasets = None,
    checkpoint: Checkpoints = None,
    model: Model = None,
    revisions: Revisions = None,
    learned: LearnedAt = None,
    twin: Twin = False,
    output: Output = None,
    format: HowToSay = Format.TABLE,
) -> None:
    """Follow a model along its training: bits that labels cost with each state, changes, and what was forgotten."""
    from lit_hf.studies.states import find_states

    require_one("lit-hf trace", "Start it without a launcher, or measure each state with `lit-hf eval`.")
    states = find_states(checkpoint or [], model, _listed(revisions))
    taught = _pairs(learned or [])
    if output is not None:
        require_writable(output)
    sink = Sink(quiet=format is Format.QUIET)
    progress = SpokenProgress(make_progress(sink.speech_console, quiet=sink.quiet), sink)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.records.record import plain
    from lit_hf.studies.trajectory import trace

    found = trace(datasets or [], states, given, learned=taught, twin=twin, progress=progress)
    data = plain(found.data)
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    _tell(data, text, format, sink)
    if output is not None:
        _write(data, text, found.arrays, output)
        sink.say(f"Wrote {output}.")


def _listed(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def _pairs(given: list[str]) -> dict[str, str]:
    """Return dataset to state; raise `UsageError` for what is no pair, and for a dataset that is learned twice."""
    found = dict[str, str]()
    for each in given:
        dataset, sign, state = each.rpartition("=")
        if not (sign and dataset and state):
            raise UsageError(f"--learned {each!r} is no pair.", "Write `--learned DATASET=STATE`.")
        if dataset in found:
            raise UsageError(f"--learned says of {dataset} twice when it was learned.", "Say it once.")
        found[dataset] = state
    return found


def _tell(found: dict[str, Any], text: str, format: Format, sink: Sink) -> None:
    if format is Format.JSON:
        return sink.text(text)
    if format is Format.QUIET:
        ends = [dataset["rows"][-1]["transfer"] for dataset in found["datasets"]]
        return sink.text("\n".join("nan" if end is None else repr(end["bits"]) for end in ends))
    from lit_hf.reports.trajectory import report

    for part in report(found):
        sink.show(part)
    return None


def _write(found: dict[str, Any], text: str, arrays: dict[str, Any], output: Path) -> None:
    import numpy as np

    from lit_hf.reports.files import save
    from lit_hf.reports.trajectory_figure import trajectory_figure

    with whole_folder(output) as draft:
        (draft / "trajectory.json").write_text(text + "\n", encoding="utf-8")
        np.savez_compressed(draft / "arrays.npz", allow_pickle=False, **arrays)
        save(trajectory_figure(found), draft, "trajectory")
