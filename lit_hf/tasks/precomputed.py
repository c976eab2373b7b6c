"""The task of a file of features: its own labels, coded from its own rows; an input is the number of a row."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from lit_hf.config import Settings
from lit_hf.errors import BadSetting, TooFewClasses, TooFewExamples
from lit_hf.runtime.precomputed import FEATURES, LABELS, Precomputed, read_precomputed
from lit_hf.tasks.contract import DatasetInfo, Input, Task
from lit_hf.tasks.holdout import make_holdout
from lit_hf.tasks.labels import MISSING, class_names, encode_labels, find_classes
from lit_hf.tasks.stream import build_stream, draw, fingerprint, flatten
from lit_hf.tasks.targets import load_precomputed_targets

NAME = "features"
UNIT = "example"


def load_precomputed(settings: Settings, needed: int) -> Task:
    """Return the task of `features:FILE`; rows with the same numbers are one group.

    Raises what `read_brought` raises, `BadSetting` when another dataset is named beside the file, `TooFewClasses`, and
    `TooFewExamples` below `needed` labels.
    """
    if settings.dataset != settings.model:
        raise BadSetting("dataset", settings.dataset, f"left out: the labels are in {settings.model}")
    found = read_precomputed(settings.model)
    other = load_precomputed_targets(settings, found, _info(found), partial(_content, found), needed)
    if other is not None:
        return other
    classes = find_classes(found.labels, None, LABELS)
    labels = encode_labels(found.labels, classes, LABELS)
    kept = np.flatnonzero(labels != MISSING).tolist()
    if len(kept) < needed:
        raise TooFewExamples(len(kept), needed)
    if len(set(labels[kept])) < 2:
        raise TooFewClasses(len(set(labels[kept])))
    return _assemble(settings, found, labels, kept, class_names(classes, None), needed)


def _content(found: Precomputed, row: Input) -> bytes:
    """Return the numbers of a row: rows with the same are one input."""
    assert isinstance(row, int)
    return found.features[row].tobytes() + (b"" if found.baseline is None else found.baseline[row].tobytes())


def _info(found: Precomputed) -> dict[str, Any]:
    """Return the fields of `DatasetInfo` that the file decides."""
    columns = {"text": FEATURES, "text_pair": None, "label": LABELS}
    return {"id": found.path.name, "config": None, "split": "all rows", "revision": None, "columns": columns}


def _assemble(
    settings: Settings, found: Precomputed, labels: np.ndarray, kept: list[int], names: tuple[str, ...], needed: int
) -> Task:
    content = partial(_content, found)
    stream = build_stream(kept, labels[kept].tolist(), settings.seed, content)
    size = draw(stream, settings.max_examples)
    drawn, groups = flatten(stream.labels[:size])
    if len(drawn) < needed:
        raise TooFewExamples(len(drawn), needed)
    info = DatasetInfo(
        **_info(found), read=len(labels),
        fingerprint=fingerprint(kept, [names[label] for label in labels[kept]], content),
        missing_labels=len(labels) - len(kept),
        empty_inputs=0, duplicates=len(kept) - len(stream.inputs),
    )  # fmt: skip
    return Task(
        kind=NAME, unit=UNIT, inputs=stream.inputs, size=size, labels=drawn, groups=groups, classes=names,
        holdout=make_holdout(None, stream, size), dataset=info,
    )  # fmt: skip
