"""`lit-hf continual`: learn tasks one after the other by several methods, and measure what becomes of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.processes import require_one
from lit_hf.cli.progress import make_progress
from lit_hf.errors import UsageError
from lit_hf.runtime.cache import require_writable, whole_folder

METHODS = "naive,replay,ewc=100,ewc,lwf,l2,joint"
NOT_SETTINGS = (
    "twins", "sensitivity", "streaming", "classes", "shuffle_buffer", "max_examples", "seed", "orders", "code", "layer",
    "pooling", "prompt", "route", "loader", "dtype", "device", "device_map", "batch_tokens", "threads", "bin_width",
)  # fmt: skip
Tasks = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TASK...", help="Datasets in the order they are learned; DATA.csv:labels=a,b takes classes."
    ),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="A text encoder; or perceptron, for features:FILE.")
]
Methods = Annotated[
    str, typer.Option("--methods", metavar="A,B,...", help="naive, joint, replay, ewc, lwf, l2, lora; NAME=STRENGTH.")
]
Kind = Annotated[
    str, typer.Option("--scenario", metavar="NAME", help="task, class or domain: what is known of a task.")
]
Seeds = Annotated[int, typer.Option("--seeds", min=1, help="Train so many times, with seeds 0, 1, ...")]
Epochs = Annotated[int, typer.Option("--epochs", min=1, help="Passes over each task.")]
Batch = Annotated[int, typer.Option("--batch", min=1, help="Examples of one step.")]
Rate = Annotated[float | None, typer.Option("--rate", help="Learning rate: 1e-3 for a perceptron, else 1e-4.")]
Learn = Annotated[int, typer.Option("--learn", min=20, help="Learn at most so many labels of a task.")]
Coded = Annotated[int, typer.Option("--max-examples", min=20, help="Code at most so many labels of a task.")]
Orders = Annotated[int, typer.Option("--orders", min=1, help="Code the labels in so many orders and average.")]
Never = Annotated[
    bool, typer.Option("--never/--no-never", help="Also train without each task: what is kept beyond never seeing it.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write continual.json here.")]
HowToSay = Annotated[
    Format,
    typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (backward bits, by method)."),
]


@with_settings(*NOT_SETTINGS)
def command(
    given: dict[str, Any],
    tasks: Tasks = None,
    model: Model = None,
    methods: Methods = METHODS,
    scenario: Kind = "task",
    seeds: Seeds = 3,
    epochs: Epochs = 6,
    batch: Batch = 32,
    rate: Rate = None,
    learn: Learn = 10_000,
    max_examples: Coded = 1_000,
    orders: Orders = 1,
    never: Never = True,
    output: Output = None,
    format: HowToSay = Format.TABLE,
) -> None:
    """Train through a sequence of tasks by each method, and measure in bits what is gained, forgotten and kept."""
    require_one("lit-hf continual", "Start it without a launcher.")
    if model is None:
        raise UsageError(
            "continual needs the model that learns.", "Add `--model NAME`, or `--model perceptron` for features:FILE."
        )
    if rate is not None and not 0 < rate < 1:
        raise UsageError(f"--rate {rate} is no learning rate.", "Give a number above 0 and below 1, or leave it out.")
    if output is not None:
        require_writable(output)
    sink = Sink(quiet=format is Format.QUIET)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.continual.run import continual
    from lit_hf.continual.sequence import Training
    from lit_hf.continual.study import Asked
    from lit_hf.records.record import plain

    named = tuple(name.strip() for name in methods.split(",") if name.strip())
    asked = Asked(named, tuple(range(seeds)), orders, never, max_examples)
    found = plain(continual(
        tasks or [], model, scenario, given, training=Training(epochs, batch, rate), asked=asked, learned=learn,
        progress=make_progress(sink.speech_console, quiet=sink.quiet),
    ))  # fmt: skip
    text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    _tell(found, text, format, sink)
    if output is not None:
        with whole_folder(output) as draft:
            (draft / "continual.json").write_text(text + "\n", encoding="utf-8")
        sink.say(f"Wrote {output}.")


def _tell(found: dict[str, Any], text: str, format: Format, sink: Sink) -> None:
    if format is Format.JSON:
        return sink.text(text)
    if format is Format.QUIET:
        return sink.text("\n".join(repr(each["backward_bits"]["bits"]) for each in found["methods"]))
    from lit_hf.reports.continual import report

    for part in report(found):
        sink.show(part)
    return None
