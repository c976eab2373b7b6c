"""`lit-hf card`: a record as a section and `model-index` entry of a model card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lit_hf.cli.output import Sink
from lit_hf.cli.stored import CacheDir

Records = Annotated[
    list[str], typer.Argument(metavar="RECORD...", help="Folders, record.json files, or ids of `lit-hf ls`.")
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
    cache_dir: CacheDir = None,
) -> None:
    """Render the model-card section of a record, and merge it and its model-index entry into a card."""
    from lit_hf.hub import cards, model
    from lit_hf.records.store import ResultsStore

    sink, store = Sink(), ResultsStore.at(cache_dir)
    found = [store.find(name).data for name in records]
    model.one_model(found)
    if model_folder is None:
        return sink.text(cards.update("", found, overwrite).rstrip("\n"))
    file = model_folder / "README.md"
    before = cards.read(file)
    after = cards.update(before, found, overwrite)
    if after == before:
        return sink.say(f"{file} is up to date.")
    cards.write(file, after)
    return sink.say(f"Wrote {file}. To publish: lit-hf push {' '.join(records)} --to model")
