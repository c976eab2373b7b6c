"""Copies and near copies that carry different labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.checks.corpus import NOTHING, Corpus
from lit_hf.checks.duplicates import Pairs
from lit_hf.checks.labels import APART, Labels


@dataclass(frozen=True)
class Conflicts:
    """`groups`: groups of exact copies, over all splits, whose labels differ; `rows`: rows of these that have a label.

    `near`: listed pairs of near copies whose labels differ. `pairs`: bool [P], which of the listed pairs differ.
    """

    copied: int
    """Groups of exact copies, whatever their labels."""
    groups: int
    rows: int
    near: int
    pairs: np.ndarray


def find_conflicts(labels: Labels, corpus: Corpus, pairs: Pairs) -> Conflicts:
    """Compare the labels of copies: of a group each row with the first that has a label, of near copies the pair.

    Numbers conflict when they are more than a quarter of a standard deviation apart.
    """
    labelled = np.where(labels.known, corpus.forms, NOTHING)
    leads = _leaders(labelled)
    rows = np.flatnonzero(leads != NOTHING)
    groups = np.unique(labelled[rows[labels.differ(leads[rows], rows)]])
    differ = labels.differ(pairs.rows[:, 0], pairs.rows[:, 1])
    sizes = np.bincount(corpus.forms[corpus.forms != NOTHING])
    return Conflicts(
        int((sizes > 1).sum()), len(groups), int(np.isin(labelled, groups).sum()),
        int((differ & ~pairs.exact).sum()), differ,
    )  # fmt: skip


def conflicting_groups(labels: np.ndarray, groups: np.ndarray, *, are_numbers: bool = False) -> int:
    """Return how many groups of an evaluated stream hold labels that conflict.

    labels: [N], or [N, L] of 0 and 1; groups: int [N], the group of each label.
    """
    apart = APART * float(labels.std()) if are_numbers else 0.0
    found = Labels("numbers" if are_numbers else "classes", labels, np.ones(len(labels), bool), apart=apart)
    rows = np.arange(len(labels))
    return len(np.unique(groups[found.differ(_leaders(groups), rows)]))


def _leaders(forms: np.ndarray) -> np.ndarray:
    """Return int64 [N]: the first row that has each row's form, -1 where there is no form."""
    _, where, back = np.unique(forms, return_index=True, return_inverse=True)
    return np.where(forms == NOTHING, NOTHING, where[back])
