"""`lit-hf card`: a record as a section and `model-index` entry of a model card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lit_hf.cli.output import Sink

Records = Annotated[
    list[Path],
    typer.Argument(metavar="RECORD", help="Folders that `lit-hf eval --output` wrote, or record.json files."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace another value that is there for the same measurement.")
]


def command(
    records: Records,
    model_folder: Annotated[
        Path | None, typer.Option("--model-folder", metavar="DIR", help="Merge into DIR/README.md instead of printing.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Render the model-card section of a record, and merge it and its model-index entry into a card."""
    from lit_hf.hub import cards, model
    from lit_hf.records.record import Record

    sink = Sink()
    found = [Record.load(path).data for path in records]
    model.one_model(found)
    if model_folder is None:
        return sink.text(cards.update("", found, overwrite).rstrip("\n"))
    file = model_folder / "README.md"
    before = cards.read(file)
    after = cards.update(before, found, overwrite)
    if after == before:
        return sink.say(f"{file} is up to date.")
    cards.write(file, after)
    return sink.say(f"Wrote {file}. To publish: lit-hf push {' '.join(str(path) for path in records)} --to model")
