"""A model card with records in it: text in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from lit_hf.errors import FileUnreadable
from lit_hf.hub import index, section
from lit_hf.hub.frontmatter import split
from lit_hf.hub.merge import merge
from lit_hf.hub.public import public_data
from lit_hf.records.sections import Sections


def update(text: str, records: Sequence[Sections], overwrite: bool = False, name: str | None = None) -> str:
    """Return the card with each record's section and `model-index` entry.

    Everything else in it keeps its bytes, and a second call changes nothing. `name` is the model's name for a new index
    (by default the last part of the record's model id). Raises `InvalidCard`, and `ValueDiffers` when the card has
    another value for the same measurement and `overwrite` is off.
    """
    card = split(text)
    for record in map(public_data, records):
        entry, called = index.result(record), name or model_name(record)
        front = merge(card.yaml, called, entry, overwrite, card.newline)
        body = section.put(card.body, section.render(record), card.newline)
        card = replace(card, yaml=front, body=body)
    return card.text()


def model_name(record: Sections) -> str:
    """The last part of the model's id."""
    return PurePath(str(record["model"]["id"])).name


def read(path: Path) -> str:
    """A card's text with its line ends as they are; "" when there is no such file. Raises `FileUnreadable`."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(path, "it is not UTF-8 text") from error


def write(path: Path, text: str) -> None:
    """Write a card's text, line ends as they are."""
    path.write_bytes(text.encode("utf-8"))
