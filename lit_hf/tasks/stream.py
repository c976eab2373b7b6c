"""The stream: distinct inputs in one permutation that a keyed hash gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.runtime.inputs import Input, render

__all__ = ["Stream", "build_stream", "draw", "fingerprint", "flatten", "render"]


@dataclass(frozen=True)
class Stream:
    """All groups in stream order: `inputs[g]` has the sorted class labels `labels[g]`, int64."""

    inputs: list[Input]
    labels: list[list[int]]


def build_stream(
    inputs: Sequence[Input], labels: Sequence[int], seed: int, content: Callable[[Input], bytes] = render
) -> Stream:
    """Group inputs of equal `content`, and order the groups by blake2b of it, keyed by `seed`.

    Only the inputs decide the order: not where their rows stood, not their labels, not how many are asked for.
    """
    key = seed.to_bytes(16, "little")
    groups: dict[bytes, tuple[Input, list[int]]] = {}
    for value, label in zip(inputs, labels, strict=True):
        digest = hashlib.blake2b(content(value), key=key, digest_size=16).digest()
        groups.setdefault(digest, (value, []))[1].append(int(label))
    ordered = [groups[digest] for digest in sorted(groups)]
    return Stream([value for value, _ in ordered], [sorted(found) for _, found in ordered])


def draw(stream: Stream, max_examples: int) -> int:
    """Return how many whole groups hold at most `max_examples` labels; a prefix, cut at a group's end."""
    ends = np.cumsum([len(found) for found in stream.labels])
    return int(np.searchsorted(ends, max_examples, side="right"))


def flatten(labels: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return (labels, groups), int64 [N] each, of the groups' label lists."""
    counts = [len(found) for found in labels]
    flat = np.array([label for found in labels for label in found], dtype=np.int64)
    return flat, np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def fingerprint(inputs: Sequence[Input], labels: Sequence[str], content: Callable[[Input], bytes] = render) -> str:
    """Return 32 hex digits over the multiset of (input, label)."""
    rows = zip(inputs, labels, strict=True)
    digests = sorted(hashlib.blake2b(content(value) + render(label), digest_size=16).digest() for value, label in rows)
    return hashlib.blake2b(b"".join(digests), digest_size=16).hexdigest()
