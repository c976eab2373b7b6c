"""The stream: distinct inputs in one permutation that a keyed hash gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.runtime.inputs import Input, render
from lit_hf.tasks.form import grouping_input


@dataclass(frozen=True)
class Stream:
    """All distinct inputs in stream order, near-copies side by side: they are one group, coded together.

    `inputs[i]` has the sorted class labels `labels[i]` and belongs to group `groups[i]`, which never falls.
    """

    inputs: list[Input]
    labels: list[list[int]]
    groups: list[int]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Labels of the first `size` inputs of a stream, which are whole groups; all int64 [N].

    members: the input of each label; groups: the group of each label, counted from 0.
    """

    size: int
    labels: np.ndarray
    members: np.ndarray
    groups: np.ndarray


def form_of(value: Input) -> bytes:
    """Return what near-copies have in common (lit_hf/tasks/form.py)."""
    return render(grouping_input(value))


def build_stream(
    inputs: Sequence[Input], labels: Sequence[int], seed: int, content: Callable[[Input], bytes] = render,
    form: Callable[[Input], bytes] = form_of,
) -> Stream:  # fmt: skip
    """Gather inputs of equal `content`, group those of equal `form`, and order all by blake2b, keyed by `seed`.

    A group stands where the smallest digest of its inputs' contents puts it, so that data without near-copies have the
    order of their contents. Only the inputs decide: not where their rows stood, not their labels, not how many are
    asked for.
    """
    key = seed.to_bytes(16, "little")
    found: dict[bytes, tuple[Input, list[int]]] = {}
    for value, label in zip(inputs, labels, strict=True):
        digest = hashlib.blake2b(content(value), key=key, digest_size=16).digest()
        found.setdefault(digest, (value, []))[1].append(int(label))
    groups: dict[bytes, list[bytes]] = {}
    for digest in sorted(found):
        groups.setdefault(form(found[digest][0]), []).append(digest)
    ordered = [(number, found[digest]) for number, members in enumerate(groups.values()) for digest in members]
    return Stream(
        [value for _, (value, _) in ordered],
        [sorted(own) for _, (_, own) in ordered],
        [number for number, _ in ordered],
    )


def draw(stream: Stream, max_examples: int) -> Drawn:
    """Return as many whole groups as hold at most `max_examples` labels: a prefix, cut at a group's end."""
    counts = np.array([len(found) for found in stream.labels], dtype=np.int64)
    groups = np.array(stream.groups, dtype=np.int64)
    ends = np.flatnonzero(np.diff(groups, append=len(groups))) + 1  # inputs up to the end of each group
    held = np.cumsum(counts)[ends - 1]
    size = int(ends[held <= max_examples][-1]) if len(ends) and held[0] <= max_examples else 0
    flat = np.array([label for found in stream.labels[:size] for label in found], dtype=np.int64)
    members = np.repeat(np.arange(size, dtype=np.int64), counts[:size])
    return Drawn(size, flat, members, groups[members])


def fingerprint(inputs: Sequence[Input], labels: Sequence[str], content: Callable[[Input], bytes] = render) -> str:
    """Return 32 hex digits over the multiset of (input, label)."""
    rows = zip(inputs, labels, strict=True)
    digests = sorted(hashlib.blake2b(content(value) + render(label), digest_size=16).digest() for value, label in rows)
    return hashlib.blake2b(b"".join(digests), digest_size=16).hexdigest()


GROUPING = "near-copies are one group: Unicode NFKC, case folded, white space collapsed"
"""The rule, as records name it where it made a difference; without it inputs were grouped exactly."""


def near_copies(stream: Stream) -> int:
    """Return how many inputs share a group with another one."""
    _, counts = np.unique(np.array(stream.groups, dtype=np.int64), return_counts=True)
    return int(counts[counts > 1].sum())


def grouped_fingerprint(exact: str, copies: int) -> str:
    """Return the fingerprint of data of which so many inputs are grouped by the rule: without any, it stays exact."""
    if not copies:
        return exact
    return hashlib.blake2b(f"{exact} {GROUPING}".encode(), digest_size=16).hexdigest()


def copies_note(copies: int, what: str) -> tuple[str, ...]:
    """Return what a reader must be told of near-copies: what becomes of them; nothing where there are none."""
    differ = "differ from others in case, white space or Unicode form alone"
    return (f"{copies:,} inputs {differ}: they {what}.",) if copies else ()
