"""Inputs that a checkpoint reads as one: its tokeniser gives them the same tokens, so no features can differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lit_hf.runtime.inputs import Input
from lit_hf.tasks.stream import form_of

WARNED = 0.01


def merged(entered: np.ndarray, groups: np.ndarray) -> int:
    """Return how many inputs share `entered` (uint64 [n]) with one of another group (int64 [n]).

    Near-copies are one group whatever reads them, so they are not counted; the task is the same for every checkpoint.
    """
    _, same = np.unique(entered, return_inverse=True)
    pairs = np.unique(np.stack([same, groups]), axis=1)[0]  # one column for each digest and group
    in_groups = np.bincount(pairs, minlength=int(same.max(initial=-1)) + 1)
    return int((in_groups[same] > 1).sum())


def groups_by_form(inputs: Sequence[Input]) -> np.ndarray:
    """Return int64 [n]: equal numbers for inputs that the rule of grouping calls one."""
    number: dict[bytes, int] = {}
    return np.array([number.setdefault(form_of(value), len(number)) for value in inputs], dtype=np.int64)


def merged_note(count: int, inputs: int, name: str) -> str | None:
    """Return what a reader must be told when more than 1 % of the inputs are read as another one."""
    if count <= WARNED * inputs:
        return None
    return (
        f"{name} reads {count:,} of the {inputs:,} inputs as it reads a different one (unknown words, case, or text "
        "beyond its limit): no features can tell them apart."
    )
