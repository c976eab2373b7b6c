"""`lit-hf data show`: what is read of a dataset, before it is measured."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any

import typer

from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format, Sink
from lit_hf.config import PRECOMPUTED, Settings, from_mapping

Dataset = Annotated[
    str,
    typer.Argument(
        metavar="DATASET", help="Alias (glue/sst2), Hub id, a local file, FOLDER or FOLDER:config, or features:FILE."
    ),
]
HowToShow = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the fingerprint alone).")
]
NO_MODEL = "no model"
"""What the settings say in place of a checkpoint's name."""
_OTHERS = [each.name for each in dataclasses.fields(Settings) if each.metadata.get("group") not in ("Data", None)]
_KEPT = ("seed", "cache_dir")


@with_settings(*(name for name in _OTHERS if name not in _KEPT), "bin_width")
def command(given: dict[str, Any], dataset: Dataset, format: HowToShow = Format.TABLE) -> None:
    """Show what is read of a dataset: rows, what is dropped and why, labels by name, and three examples."""
    model = dataset if dataset.startswith(PRECOMPUTED) else NO_MODEL
    settings = from_mapping({"model": model, "dataset": dataset, **given}, "the command line")
    sink = Sink(quiet=format is Format.QUIET)
    from lit_hf.tasks.shown import show_dataset

    found = show_dataset(settings)
    if format is Format.JSON:
        return sink.text(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
    if format is Format.QUIET:
        return sink.text(found["fingerprint"])
    from lit_hf.reports.data_shown import report

    for part in report(found):
        sink.show(part)
    return None
