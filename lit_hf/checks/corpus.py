"""Distinct inputs of all splits, cut into words: what copies, near copies and tokens are found in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.checks.contract import Content
from lit_hf.checks.form import is_spaceless, strong_form, units
from lit_hf.tasks.form import grouping_form

NOTHING = -1


@dataclass(frozen=True)
class Corpus:
    """N rows, G distinct strong forms (images and the like: distinct contents), P texts an input.

    A segment is one text of one distinct form; segment `form * P + part` has the words `words[ends[s]:ends[s + 1]]`.
    """

    forms: np.ndarray
    """int64 [N]: the number of a row's strong form, -1 for an empty input; numbered as they first occur."""
    canonical: np.ndarray
    """int64 [N]: the same for the form that tasks group by."""
    words: np.ndarray
    """int32: the words of all segments, as places in `vocabulary`."""
    ends: np.ndarray
    """int64 [G * P + 1]."""
    spaceless: np.ndarray
    """bool [G * P]: whether the words of a segment are characters."""
    vocabulary: tuple[str, ...]
    """A word of the second text of a pair is another word: it begins with `SECOND`."""
    parts: int
    """P; 0 when inputs are no texts."""


SECOND = "\x1f"
"""No strong form holds it."""


def read_corpus(inputs: Sequence[Content | None]) -> Corpus:
    """Return the corpus of inputs that are all texts, all pairs of texts, or all hashes."""
    texts = [_texts(value) for value in inputs]
    parts = max((len(each) for each in texts if each is not None), default=0)
    strong = [value if not each else tuple(map(strong_form, each)) for value, each in zip(inputs, texts, strict=True)]
    weak = [value if not each else tuple(map(grouping_form, each)) for value, each in zip(inputs, texts, strict=True)]
    forms, canonical = _numbered(strong), _numbered(weak)
    distinct = [each for each in dict.fromkeys(strong) if each is not None] if parts else []
    segments = [text for each in distinct if isinstance(each, tuple) for text in each]
    return Corpus(forms, canonical, *_cut(segments, max(parts, 1)), parts)


def word_hashes(vocabulary: Sequence[str]) -> np.ndarray:
    """Return uint64 [V]: blake2b of each word, so that no shingle depends on the order of rows."""
    digests = b"".join(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest() for word in vocabulary
    )
    return np.frombuffer(digests, "<u8")


def _texts(value: Content | None) -> tuple[str, ...] | None:
    if value is None or not isinstance(value, str | tuple):
        return None
    return (value,) if isinstance(value, str) else value


def _numbered(values: Sequence[object]) -> np.ndarray:
    place: dict[object, int] = {}
    return np.array(
        [NOTHING if value is None else place.setdefault(value, len(place)) for value in values], dtype=np.int64
    )


def _cut(segments: Sequence[str], parts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return words, ends, spaceless and vocabulary of segments, part p of a form at every `parts`-th place from p."""
    vocabulary: dict[str, int] = {}
    found: list[np.ndarray] = []
    for place, text in enumerate(segments):
        cut = units(text)
        cut = cut if place % parts == 0 else [SECOND * (place % parts) + word for word in cut]
        found.append(np.array([vocabulary.setdefault(word, len(vocabulary)) for word in cut], np.int32))
    ends = np.cumsum([0, *map(len, found)], dtype=np.int64)
    spaceless = np.array([is_spaceless(text) for text in segments], dtype=bool)
    return np.concatenate([np.empty(0, np.int32), *found]), ends, spaceless, tuple(vocabulary)
