"""A dataset that is read once, as it arrives, and no further than it is coded: for more data than memory or disk hold.

What is coded is this stream in its order of arrival. Nothing is drawn and nothing is grouped: an input that comes again
is one more example, which those before it help to code.
"""

from __future__ import annotations

import hashlib
import lzma
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lit_hf.config import Settings
from lit_hf.errors import BadSetting, FileUnreadable, LitError, NoUsableInputs, TooFewClasses, TooFewExamples
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.inputs import Text, render
from lit_hf.tasks import text_classification, text_pairs
from lit_hf.tasks.contract import DatasetInfo, Task
from lit_hf.tasks.disk_list import DiskList
from lit_hf.tasks.kinds import Kind, choose_kind
from lit_hf.tasks.labels import MISSING, clean_label
from lit_hf.tasks.loading import Source, column_of
from lit_hf.tasks.schema import Column, Columns, Schema
from lit_hf.tasks.stream import copies_note, form_of
from lit_hf.tasks.stream_order import require_mixed, shuffled
from lit_hf.tasks.targets import KINDS, SingleLabel, asked

if TYPE_CHECKING:
    import datasets

AT_ONCE = 256  # rows that are in memory while a stream is read


class UnknownClasses(LitError):
    """The classes of a stream are not declared, and cannot be known before its end."""

    def __init__(self, column: str) -> None:
        super().__init__(
            f"the classes in column {column!r} of the stream are not declared, and cannot be read off its beginning.",
            "Name them all in their order, for example `--classes negative,positive`; labels that are numbers are read "
            "without `--streaming`.",
        )
        self.column = column


class UnknownLabel(LitError):
    """A label of the stream is none of the classes that were named."""

    def __init__(self, label: object, classes: tuple[str, ...]) -> None:
        super().__init__(
            f"the stream has the label {str(label)!r}, which is none of {', '.join(classes)}.",
            f"Add it to `--classes`; where it stands for a missing label, add `--missing-label {label}`.",
        )
        self.label, self.classes = label, classes


@dataclass
class _Read:
    """What was read of a stream: counts, one hash over all that is kept, eight bytes each of two hashes of an input."""

    labels: array[int]
    inputs: array[int]
    forms: array[int]
    read: int = 0
    missing: int = 0
    empty: int = 0

    def __post_init__(self) -> None:
        self.content = hashlib.blake2b(b"stream", digest_size=16)

    @property
    def near_copies(self) -> int:
        """Distinct inputs that differ from another one in case, white space or Unicode form alone."""
        distinct = np.unique(np.stack([np.array(self.inputs), np.array(self.forms)]), axis=1)
        counts = np.unique(distinct[1], return_counts=True)[1]
        return int(counts[counts > 1].sum())

    def keep(self, value: Text, label: int, name: str) -> None:
        digest = hashlib.blake2b(render(value), digest_size=8).digest()
        self.content.update(digest + render(name))
        self.inputs.append(int.from_bytes(digest, "little", signed=True))
        form = hashlib.blake2b(form_of(value), digest_size=8).digest()
        self.forms.append(int.from_bytes(form, "little", signed=True))
        self.labels.append(label)


def load_stream(settings: Settings, source: Source, split: str, needed: int) -> Task:
    """Read the first `max_examples` usable rows of a split that is an IterableDataset, in the order they come.

    Raises `UnknownClasses` unless they are declared by the dataset or the settings, `UnknownLabel`, and what a dataset
    in memory raises.
    """
    with _readable(source.id):
        return _load(settings, source, split, needed)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what breaks in the middle of a stream into `FileUnreadable`; the libraries' own log is silent meanwhile."""
    from datasets.exceptions import DatasetsError
    from datasets.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    except (DatasetsError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:  # ValueError: of JSON and Arrow
        lines = str(error.__cause__ or error).strip().splitlines()
        raise FileUnreadable(name, lines[0].rstrip(".") if lines else type(error).__name__) from error
    finally:
        logging.set_verbosity(level)


def _load(settings: Settings, source: Source, split: str, needed: int) -> Task:
    data = source.splits[split]
    schema = {name: column_of(name, feature) for name, feature in _features(data).items()}
    _require_classes(schema, settings)
    kind, columns = choose_kind(
        schema, settings.task, settings.text_column, settings.text_pair_column, settings.label_column
    )
    if kind.NAME not in (text_classification.NAME, text_pairs.NAME):
        raise BadSetting("task", kind.NAME, "a classification of texts or pairs where the dataset is a stream")
    names, encode = _classes(settings, schema[columns.label])
    pool, found = DiskList(cache_root(settings.cache_dir) / "streams"), _Read(array("q"), array("q"), array("q"))
    for value, label in _usable(kind, columns, shuffled(data, settings), found):
        number = encode(label)
        if number is not None:
            pool.append(value)
            found.keep(value, number, names[number])
        found.missing += number is None
        if len(found.labels) == settings.max_examples:
            break
    pool.close()
    require_mixed(found.labels, names, settings.shuffle_buffer)
    _require(found, columns, needed)
    return _task(source, split, kind, columns, names, pool, found)


def _require_classes(schema: Schema, settings: Settings) -> None:
    """Raise `BadSetting` where labels would be read as another kind than classes, and nobody named classes."""
    if settings.task in asked():
        raise BadSetting("task", settings.task, "left out for a stream, whose labels are classes")
    several = "," in (settings.label_column or "")
    if settings.classes is not None and not several:
        return
    for kind in KINDS:
        if kind.asked_as is not None and kind.find(schema, settings) is not None:
            unless = "" if several else "; if they are classes, name these with `--classes`"
            expected = f"left out for labels that are read as {kind.asked_as}: a stream is of classes{unless}"
            raise BadSetting("streaming", True, expected)


def _features(data: datasets.IterableDataset) -> Mapping[str, Any]:
    """Return the declared features, or those of the first rows."""
    if data.features is not None:
        return cast("Mapping[str, Any]", data.features)
    import pyarrow
    from datasets import Features

    return cast("Mapping[str, Any]", Features.from_arrow_schema(pyarrow.Table.from_pylist(list(data.take(100))).schema))


def _classes(settings: Settings, column: Column) -> tuple[tuple[str, ...], Callable[[Any], int | None]]:
    """Return the names, and what gives the class of a raw label: None where there is no label."""
    if settings.classes is None and column.names is None:
        raise UnknownClasses(column.name)
    named = tuple(name.strip() for name in (settings.classes or "").split(",") if name.strip())
    names = named or tuple(column.names or ())
    if len(set(names)) < 2:
        raise TooFewClasses(len(set(names)))

    def encode(raw: Any) -> int | None:
        value = clean_label(raw, column.name)
        if value is None or str(value) == settings.missing_label or (value == MISSING and column.names is not None):
            return None
        if column.names is not None and isinstance(value, int):
            value = column.names[value]
        if str(value) not in names:
            raise UnknownLabel(value, names)
        return names.index(str(value))

    return names, encode


def _usable(kind: Kind, columns: Columns, data: datasets.IterableDataset, found: _Read) -> Iterator[tuple[Text, Any]]:
    needed = [name for name in (columns.text, columns.text_pair, columns.label) if name is not None]
    for table in data.select_columns(needed).iter(batch_size=AT_ONCE):
        for value, label in zip(kind.read_inputs(table, columns), table[columns.label], strict=True):
            found.read += 1
            if value is None:
                found.empty += 1
            else:
                yield cast(Text, value), label


def _require(found: _Read, columns: Columns, needed: int) -> None:
    if found.read and found.empty == found.read:
        raise NoUsableInputs(columns.text)
    if len(found.labels) < needed:
        raise TooFewExamples(len(found.labels), needed)
    if len(set(found.labels)) < 2:
        raise TooFewClasses(1)


def _task(
    source: Source, split: str, kind: Kind, columns: Columns, names: tuple[str, ...], pool: DiskList, found: _Read
) -> Task:
    copies = found.near_copies
    info = DatasetInfo(
        id=source.id, config=source.config, split=split, revision=source.revision,
        fingerprint=found.content.hexdigest(),
        columns={"text": columns.text, "text_pair": columns.text_pair, "label": columns.label},
        read=found.read, missing_labels=found.missing, empty_inputs=found.empty,
        duplicates=len(found.inputs) - len(np.unique(found.inputs)), near_copies=copies,
        notes=copies_note(copies, "are examples of their own, for a stream groups nothing"),
    )  # fmt: skip
    count = len(pool)
    return Task(
        kind=kind.NAME, unit=kind.UNIT, inputs=pool, size=count, labels=np.array(found.labels, dtype=np.int64),
        groups=np.arange(count, dtype=np.int64), target=SingleLabel(names), holdout=None, dataset=info, streamed=True,
    )  # fmt: skip
