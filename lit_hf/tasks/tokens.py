"""Token classification: a sentence in words, a tag for each word. A sentence is a group, a word is a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.errors import BadSetting, TooFewExamples
from lit_hf.runtime.inputs import Words
from lit_hf.tasks.contract import DatasetInfo, Holdout, Input, Task
from lit_hf.tasks.holdout import make_holdout
from lit_hf.tasks.labels import MISSING, encode_labels, find_classes
from lit_hf.tasks.schema import Columns, Schema, first_known, named, of_type
from lit_hf.tasks.stream import Stream, build_stream, draw, fingerprint

if TYPE_CHECKING:
    from lit_hf.tasks.targets.contract import Target

NAME = "token-classification"
UNIT = "token"
WORD_NAMES = ("tokens", "words", "token", "form")
TAG_NAMES = ("ner_tags", "tags", "pos_tags", "upos", "labels", "xpos", "pos", "ner", "chunk_tags", "label")
"""Usual names of the two columns, the most usual first."""
IGNORED = -100
"""What transformers calls a token without a label."""


@dataclass(frozen=True)
class Tagged:
    """The labelled words of one split; label t is `labels[t]` of word `places[t]` of sentence `sentences[t]`.

    split_rows: int64 [n], where the sentence of each word stands in the split as it is loaded.
    """

    sentences: list[Input]
    labels: np.ndarray
    places: np.ndarray
    read: int
    missing_labels: int
    empty: int
    copies: int
    split_rows: np.ndarray


def find_columns(schema: Schema, text: str | None, text_pair: str | None, label: str | None) -> Columns | None:
    """Return the columns of words and tags, or None when the dataset has no two columns of lists."""
    lists = of_type(schema, "list")
    words = named(schema, text) if text is not None else first_known(lists, WORD_NAMES, "text")
    if text_pair is not None or words not in lists:
        return None
    tags = named(schema, label) if label is not None else first_known([n for n in lists if n != words], TAG_NAMES)
    return Columns(words, tags) if tags in lists else None


def read_inputs(table: Mapping[str, Sequence[Any]], columns: Columns) -> list[Input | None]:
    """Return one sentence per row; None where it has no words."""
    return [Words(tuple(str(word) for word in words)) if words else None for words in table[columns.text]]


def find_tags(table: Mapping[str, Sequence[Any]], names: Sequence[str] | None, columns: Columns) -> dict[Any, int]:
    """Map each tag of the split to its class."""
    return find_classes([tag for tags in table[columns.label] for tag in _known(tags)], names, columns.label)


def read_tagged(table: Mapping[str, Sequence[Any]], columns: Columns, classes: dict[Any, int]) -> Tagged:
    """Return the labelled words; raise `BadSetting` when a sentence has more or fewer tags than words."""
    inputs, tags = read_inputs(table, columns), [_known(found) for found in table[columns.label]]
    for value, found in zip(inputs, tags, strict=True):
        if isinstance(value, Words) and len(value.words) != len(found):
            expected = f"a column with one tag for each word; a row has {len(found)} for {len(value.words)} words"
            raise BadSetting("label column", columns.label, expected)
    rows = [row for row, value in enumerate(inputs) if value is not None for _ in tags[row]]
    pairs = [(value, found) for value, found in zip(inputs, tags, strict=True) if value is not None]
    labels = encode_labels([tag for _, found in pairs for tag in found], classes, columns.label)
    places = np.array([place for _, found in pairs for place in range(len(found))], dtype=np.int64)
    owners = [value for value, found in pairs for _ in found]
    kept = np.flatnonzero(labels != MISSING)
    return Tagged(
        [owners[index] for index in kept], labels[kept], places[kept], len(inputs), len(labels) - len(kept),
        len(inputs) - len(pairs), len(pairs) - len({value for value, _ in pairs}),
        np.array(rows, dtype=np.int64)[kept],
    )  # fmt: skip


def assemble(
    tagged: Tagged, validation: Tagged | None, info: Mapping[str, Any], target: Target, *, seed: int, max_examples: int,
    held_out: int, needed: int,
) -> Task:  # fmt: skip
    """Return the task; `info` are the fields of `DatasetInfo` that do not depend on the words.

    Raises `TooFewExamples` and `TooFewClasses`.
    """
    if len(tagged.labels) < needed:
        raise TooFewExamples(len(tagged.labels), needed)
    target.require_usable(tagged.labels)
    stream = _stream(tagged, seed)
    drawn = draw(stream, max_examples)
    if len(drawn.labels) < needed:
        raise TooFewExamples(len(drawn.labels), needed)
    other = None if validation is None else _stream(validation, seed)
    spoken = [f"{place} {name}" for place, name in zip(tagged.places, target.identity(tagged.labels), strict=True)]
    dataset = DatasetInfo(
        **info, fingerprint=fingerprint(tagged.sentences, spoken), read=tagged.read,
        missing_labels=tagged.missing_labels, empty_inputs=tagged.empty, duplicates=tagged.copies,
    )  # fmt: skip
    return Task(
        kind=NAME, unit=UNIT, inputs=stream.inputs, size=drawn.size, labels=tagged.labels[drawn.labels],
        groups=drawn.groups, target=target,
        holdout=_holdout(make_holdout(other, stream, drawn.size, held_out), tagged, validation), dataset=dataset,
        rows=_rows(stream.inputs[: drawn.size], drawn.groups, tagged.places[drawn.labels]),
        split_rows=tagged.split_rows[drawn.labels],
    )  # fmt: skip


def _stream(tagged: Tagged, seed: int) -> Stream:
    """Return the stream whose "labels" are the numbers of labelled words: in the order of words within a sentence."""
    return build_stream(tagged.sentences, list(range(len(tagged.labels))), seed)


def _rows(sentences: Sequence[Input], groups: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the row of features of each labelled word, int64 [N]."""
    lengths = [len(value.words) for value in sentences if isinstance(value, Words)]
    return np.cumsum([0, *lengths])[groups] + places


def _holdout(found: Holdout | None, tagged: Tagged, validation: Tagged | None) -> Holdout | None:
    """Turn numbers of labelled words into labels, and repeated sentences into distinct ones with rows."""
    if found is None:
        return None
    source = validation if validation is not None and found.source == "validation split" else tagged
    sentences = {value: place for place, value in enumerate(dict.fromkeys(found.inputs))}
    groups = np.array([sentences[value] for value in found.inputs])
    rows = _rows(list(sentences), groups, source.places[found.labels])
    return Holdout(list(sentences), source.labels[found.labels], found.source, rows, found.groups)


def _known(tags: Sequence[Any] | None) -> list[Any]:
    return [None if tag == IGNORED else tag for tag in tags or []]
