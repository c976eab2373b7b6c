"""What a task codes from and an encoder reads: one input, and how many rows of features it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A sentence cut into words; each of them has a row of features."""

    words: tuple[str, ...]


Text = str | tuple[str, str]
Input = Text | Words | int
"""A text, a pair of texts, a sentence in words, or the number of a row of features that the user brought."""


def rows_of(value: Input) -> int:
    """Return how many rows of features an input has."""
    return len(value.words) if isinstance(value, Words) else 1


def render(value: Input) -> bytes:
    """Return bytes that differ for different inputs: lengths come first, so ("ab", "c") is not ("a", "bc")."""
    parts = value.words if isinstance(value, Words) else (value,) if isinstance(value, str | int) else value
    encoded = [str(part).encode("utf-8", "surrogatepass") for part in parts]
    kind = b"words" if isinstance(value, Words) else b""
    return kind + b"".join(len(part).to_bytes(8, "little") + part for part in encoded)
