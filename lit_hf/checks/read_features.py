"""The rows of a file of features, which are compared by their numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lit_hf.checks.contract import Content, Data, starts_of
from lit_hf.checks.labels import Labels, as_labels, numbers_of
from lit_hf.checks.request import Request
from lit_hf.config import PRECOMPUTED
from lit_hf.errors import BadSetting
from lit_hf.runtime.precomputed import read_precomputed
from lit_hf.tasks.targets.bins import read_numbers
from lit_hf.tasks.targets.regression import Regression


def read_features(asked: Request) -> Data:
    """Return the rows of `features:FILE`, compared exactly, and those of a second such file."""
    files = [("train", asked.dataset), *([("test", asked.test)] if asked.test is not None else [])]
    for _, name in files:
        if not name.startswith(PRECOMPUTED):
            raise BadSetting("test", name, f"another {PRECOMPUTED}FILE, as the first")
    found = {name: read_precomputed(file) for name, file in files}
    rows = {name: asked.drawn(len(each.labels)) for name, each in found.items()}
    inputs: list[Content | None] = [
        hashlib.blake2b(found[name].features[row].tobytes(), digest_size=16).digest()
        for name, drawn in rows.items()
        for row in drawn
    ]
    raw = [found[name].labels[row] for name, drawn in rows.items() for row in drawn]
    data = Data(tuple(found), starts_of(rows), inputs, _labels(raw, len(rows["train"]), asked))
    about = {"id": found["train"].path.name, "config": None, "revision": None, "label": "labels"}
    return replace(data, about=about, rows=np.concatenate(list(rows.values())))


def _labels(raw: Sequence[Any], first: int, asked: Request) -> Labels:
    if asked.task == Regression.asked_as:
        return numbers_of(read_numbers(raw, "labels"), first)
    return as_labels(raw, first)
