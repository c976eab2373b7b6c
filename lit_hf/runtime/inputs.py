"""What a task codes from and an encoder reads: one input, and how many rows of features it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Words:
    """A sentence cut into words; each of them has a row of features."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Image:
    """A reference to an image: `load` decodes it anew each time; `digest` is a hash of its pixels, and is the input."""

    digest: str
    load: Callable[[], np.ndarray] = field(compare=False, repr=False)
    """Returns uint8 [height, width, 3], red, green and blue."""
    name: str = field(default="", compare=False)
    """Where it lies, for people."""


@dataclass(frozen=True)
class Waveform:
    """`samples` of one channel, float32 [n] in -1..1, at `rate` samples a second."""

    samples: np.ndarray
    rate: int


@dataclass(frozen=True)
class Sound:
    """A reference to a sound: `load` decodes it anew each time; `digest` is a hash of rate and samples."""

    digest: str
    load: Callable[[], Waveform] = field(compare=False, repr=False)
    name: str = field(default="", compare=False)


Text = str | tuple[str, str]
Input = Text | Words | int | Image | Sound
"""A text, a pair of texts, a sentence in words, the number of a row of features that the user brought, or a medium."""


def medium_of(value: Input) -> str:
    """Return "image", "sound", "row", or "text" for all that is made of words."""
    kinds = ((Image, "image"), (Sound, "sound"), (int, "row"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "text")


def rows_of(value: Input) -> int:
    """Return how many rows of features an input has."""
    return len(value.words) if isinstance(value, Words) else 1


def render(value: Input) -> bytes:
    """Return bytes that differ for different inputs: lengths come first, so ("ab", "c") is not ("a", "bc")."""
    if isinstance(value, str):  # what most inputs are
        encoded = value.encode("utf-8", "surrogatepass")
        return len(encoded).to_bytes(8, "little") + encoded
    if isinstance(value, Image | Sound):
        return medium_of(value).encode() + bytes.fromhex(value.digest)
    parts = value.words if isinstance(value, Words) else (value,) if isinstance(value, int) else value
    kind = b"words" if isinstance(value, Words) else b""
    return kind + b"".join(render(str(part)) for part in parts)
