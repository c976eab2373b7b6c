"""A card's text taken apart without losing a byte: byte-order mark, front matter, body; and put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from lit_hf.config import outside
from lit_hf.hub.errors import InvalidCard

# What the Hub takes for front matter; published in huggingface_hub/repocard.py as the server's own expression.
_BLOCK = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$))")
_EMPTY = re.compile(r"^(\s*---(?:\r\n|\r|\n))(---[ \t]*(?:\r\n|\n|$))")
BOM = "\ufeff"


@dataclass(frozen=True)
class Card:
    """A README.md in parts, which joined are the file again; `newline` says how its lines end."""

    mark: str
    opening: str
    yaml: str
    closing: str
    body: str
    newline: str

    def text(self) -> str:
        """The file's text."""
        return self.mark + self.opening + self.yaml + self.closing + self.body


def split(text: str) -> Card:
    """Take a card's text apart; a card without front matter gets an empty one with the line ends of the text."""
    mark = BOM if text.startswith(BOM) else ""
    rest = text[len(mark) :]
    newline = line_end(rest)
    if match := _BLOCK.match(rest):
        return Card(mark, match[1], match[2], match[3], rest[match.end() :], newline)
    if match := _EMPTY.match(rest):
        return Card(mark, match[1], "", newline + match[2], rest[match.end() :], newline)
    return Card(mark, f"---{newline}", "", f"{newline}---{newline}", rest, newline)


def decode(content: bytes) -> str:
    """A card's bytes as text, line ends as they are; raises `InvalidCard` when they are not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidCard("the file is not UTF-8 text") from error


def line_end(text: str) -> str:
    """The first line's end: CRLF, CR or LF; LF for a text of one line."""
    match = re.search(r"\r\n|\r|\n", text)
    return match[0] if match else "\n"


def parse(front_matter: str) -> dict[str, Any]:
    """The front matter's mapping; {} when it is empty. Raises `InvalidCard`."""
    try:
        loaded = outside.parse_yaml(front_matter)
    except ValueError as error:
        raise InvalidCard(str(error)) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise InvalidCard("it is not a mapping of keys to values")
    return loaded


def dump(value: Any, newline: str = "\n") -> str:
    """YAML in block style, keys in their order, with these line ends and one at the end."""
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)
    return text.replace("\n", newline)
