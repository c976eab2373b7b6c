"""The examples that cost most, by the bits that the record keeps of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.records.record import Record
from lit_hf.records.said import said

LONGEST = 400
"""Characters of a text on the page."""


@dataclass(frozen=True)
class Excerpt:
    """An input as far as it is shown: `parts` are texts, of which the one at `marked` is what the label belongs to."""

    parts: tuple[str, ...]
    marked: int | None = None


@dataclass(frozen=True)
class Hard:
    """One label: its place in the stream, its class, bits with the checkpoint and its baseline (means over orders)."""

    index: int
    label: str
    bits: float
    baseline: float | None
    excerpt: Excerpt | None


Reader = Callable[[int], Excerpt]
"""Returns the input of label number i of the stream."""


def hardest(record: Record, count: int, read: Reader | None = None) -> list[Hard]:
    """Return `count` labels that cost most, the dearest first; none for a record without bits per example."""
    bits, base = (_mean(record, name) for name in ("bits_encoder", "bits_baseline"))
    if bits is None:
        return []
    order = np.argsort(-bits, kind="stable")[:count].tolist()
    labels = np.asarray(record.arrays["labels"])
    return [
        Hard(
            i,
            said(record["dataset"]).label(labels[i].tolist()),
            float(bits[i]),
            None if base is None else float(base[i]),
            read and read(i),
        )
        for i in order
    ]


def shortened(text: str, limit: int = LONGEST) -> str:
    """Return text that fits, with an ellipsis where something is left out."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def sentence(words: Sequence[str], place: int, around: int = 14) -> Excerpt:
    """Return a sentence with the word at `place` marked, and some words around it."""
    start, stop = max(0, place - around), place + around + 1
    before = ("… " if start else "") + "".join(f"{word} " for word in words[start:place])
    after = "".join(f" {word}" for word in words[place + 1 : stop]) + (" …" if stop < len(words) else "")
    return Excerpt((before, words[place], after), 1)


def _mean(record: Record, name: str) -> np.ndarray | None:
    found = record.arrays.get(name)
    if found is None or len(record.arrays.get("labels", ())) != np.shape(found)[1]:
        return None
    return np.asarray(found).mean(axis=0)
