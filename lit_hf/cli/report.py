"""`lit-hf report`: records as one static page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lit_hf.cli.output import Sink
from lit_hf.cli.stored import CacheDir

if TYPE_CHECKING:
    from lit_hf.records.record import Record
    from lit_hf.reports.page.hardest import Reader
    from lit_hf.reports.page.render import Texts

Records = Annotated[
    list[str], typer.Argument(metavar="RECORD...", help="Folders, record.json files, or ids of `lit-hf ls`.")
]
Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Write index.html here.")]
Data = Annotated[
    list[str] | None,
    typer.Option("--data", metavar="DATASET", help="Where a dataset is now, if not where it was; may be repeated."),
]
Count = Annotated[int, typer.Option("--examples", min=0, help="How many of the hardest examples to show.")]
Quote = Annotated[bool, typer.Option("--texts/--no-texts", help="Quote the hardest examples from the dataset.")]


def command(
    records: Records,
    output: Folder = Path("site"),
    data: Data = None,
    examples: Count = 10,
    texts: Quote = True,
    cache_dir: CacheDir = None,
) -> None:
    """Write a page on records that needs no network: leaderboard, curves, ladder, readouts, hardest examples."""
    from lit_hf.records.store import ResultsStore
    from lit_hf.reports.page.render import page

    sink, store = Sink(), ResultsStore.at(cache_dir)
    found = [store.find(record) for record in records]
    html = page(found, _quoting(data or (), sink) if texts else None, examples)
    output.mkdir(parents=True, exist_ok=True)
    file = output / "index.html"
    file.write_text(html, encoding="utf-8")
    sink.text(str(file))


def _quoting(data: Sequence[str], sink: Sink) -> Texts:
    """Return what finds the reader of a record's inputs: in `data` first, then where its dataset was."""

    spoken = set[str]()

    def say_once(text: str) -> None:
        if text not in spoken:  # several boards may be of one dataset
            sink.say(text)
        spoken.add(text)

    def read(record: Record) -> Reader | None:
        from lit_hf.studies.texts import reader, task_of

        for place in (*data, None):
            task = task_of(record, place)
            if task is not None:
                say_once(f"The page quotes inputs of {record['dataset']['id']}; `--no-texts` leaves them out.")
                return reader(task)
        say_once(f"{record['dataset']['id']} is not here; give its place with `--data` to see the hardest examples.")
        return None

    return read
