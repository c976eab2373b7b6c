"""The stream: distinct inputs in one permutation that a keyed hash gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.runtime.inputs import Input, render
from lit_hf.tasks.form import grouping_input
from lit_hf.tasks.lazy import Chosen, chosen


@dataclass(frozen=True, eq=False)
class Stream:
    """All distinct inputs in stream order, near-copies side by side: they are one group, coded together.

    `inputs[i]` has the sorted labels `labels[starts[i] : starts[i + 1]]` and belongs to group `groups[i]`, which never
    falls. All are whole numbers, `starts` [n + 1].
    """

    inputs: Sequence[Input]
    labels: np.ndarray
    starts: np.ndarray
    groups: np.ndarray

    def labels_of(self, index: int) -> list[int]:
        """Return the labels of an input."""
        return [int(label) for label in self.labels[self.starts[index] : self.starts[index + 1]]]


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
    inputs: Sequence[Input], labels: Sequence[int] | np.ndarray, seed: int, content: Callable[[Input], bytes] = render,
    form: Callable[[Input], bytes] = form_of,
) -> Stream:  # fmt: skip
    """Gather inputs of equal `content`, group those of equal `form`, and order all by blake2b, keyed by `seed`.

    A group stands where the smallest digest of its inputs' contents puts it, so that data without near-copies have the
    order of their contents. Only the inputs decide: not where their rows stood, not their labels, not how many are
    asked for. The inputs are gone through twice, and none is kept.
    """
    key = seed.to_bytes(16, "little")
    labels = np.asarray(labels)
    digests = _digests(map(content, inputs), len(inputs), key)
    high, low = digests.view(">u8").reshape(-1, 2).T
    order = np.lexsort((labels, low, high)).astype(index_type(len(labels)))
    sorted_digests = digests[order]
    firsts = np.flatnonzero(np.append(True, sorted_digests[1:] != sorted_digests[:-1])[: len(order)])
    del digests, high, low, sorted_digests
    starts = np.append(firsts, len(order)).astype(order.dtype)
    groups, places = _grouped(inputs, order[firsts], form)
    if places is not None:  # near-copies move to the first of their group
        counts = np.diff(starts)[places]
        begins = np.repeat(starts[:-1][places], counts)
        starts = np.append(0, np.cumsum(counts)).astype(order.dtype)
        order = order[begins + np.arange(len(order)) - np.repeat(starts[:-1], counts)]
    return Stream(Chosen(inputs, order[starts[:-1]]), labels[order], starts, groups)


def _digests(contents: Iterable[bytes], count: int, key: bytes = b"") -> np.ndarray:
    """Return 16 bytes for each of so many contents, as one array."""
    found = np.empty(count, dtype="S16")
    for place, each in enumerate(contents):
        found[place] = hashlib.blake2b(each, key=key, digest_size=16).digest()
    return found


def index_type(count: int) -> type[np.signedinteger[Any]]:
    """Return the smaller type that numbers so many rows."""
    return np.int32 if count < 2**31 else np.int64


def _grouped(
    inputs: Sequence[Input], firsts: np.ndarray, form: Callable[[Input], bytes]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the group of each of the distinct inputs at the rows `firsts`, and their order by groups, None as it is.

    A group has the place of the first of its inputs.
    """
    rising = np.sort(firsts)
    forms = _digests(map(form, chosen(inputs, rising)), len(rising))
    shared = _shared(forms)
    if not len(shared):
        return np.arange(len(forms), dtype=firsts.dtype), None
    own, place_of = np.unique(forms[shared], return_inverse=True)
    at = np.argsort(firsts)[shared]
    leaders = np.full(len(own), len(firsts))
    np.minimum.at(leaders, place_of, at)
    leader = np.arange(len(firsts))
    leader[at] = leaders[place_of]
    places = np.argsort(leader, kind="stable")
    groups = np.cumsum(np.diff(leader[places], prepend=0) > 0)
    return groups.astype(firsts.dtype), places


def _shared(forms: np.ndarray) -> np.ndarray:
    """Return where the forms stand whose first halves occur more than once; mostly nowhere."""
    halves = np.ascontiguousarray(forms.view(np.uint64)[::2])
    ordered = np.sort(halves)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    return np.flatnonzero(np.isin(halves, twice)) if len(twice) else twice.astype(np.int64)


def draw(stream: Stream, max_examples: int) -> Drawn:
    """Return as many whole groups as hold at most `max_examples` labels: a prefix, cut at a group's end."""
    count = len(stream.groups)
    most = min(count, max_examples)  # an input has at least one label
    groups = stream.groups[: most + 1]
    ends = np.flatnonzero(groups[1:] != groups[:-1]) + 1
    ends = np.append(ends, count) if most == count else ends
    fitting = ends[stream.starts[ends] <= max_examples]
    size = int(fitting[-1]) if len(fitting) else 0
    members = np.repeat(np.arange(size, dtype=np.int64), np.diff(stream.starts[: size + 1]))
    return Drawn(
        size, stream.labels[: len(members)].astype(np.int64), members, stream.groups[:size].astype(np.int64)[members]
    )  # fmt: skip


def fingerprint(
    inputs: Sequence[Input], labels: Iterable[str], content: Callable[[Input], bytes] = render
) -> str:  # fmt: skip
    """Return 32 hex digits over the multiset of (input, label)."""
    rows = zip(inputs, labels, strict=True)
    digests = _digests((content(value) + render(label) for value, label in rows), len(inputs))
    digests.sort()
    return hashlib.blake2b(digests.data, digest_size=16).hexdigest()


GROUPING = "near-copies are one group: Unicode NFKC, case folded, white space collapsed"
"""The rule, as records name it where it made a difference; without it inputs were grouped exactly."""


def near_copies(stream: Stream) -> int:
    """Return how many inputs share a group with another one."""
    counts = np.bincount(stream.groups)
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
