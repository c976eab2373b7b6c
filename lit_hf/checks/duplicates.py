"""Copies and near copies, within a split and between splits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.checks.contract import Data
from lit_hf.checks.corpus import NOTHING, Corpus
from lit_hf.checks.minhash import near_pairs
from lit_hf.checks.shingles import read_shingles


@dataclass(frozen=True)
class Copies:
    """How many rows of `split` are copies of a row of `other`; where both are one split, of an earlier row of it.

    Counts are rows; `share` is `exact` of the rows of `split`.
    """

    split: str
    other: str
    rows: int
    exact: int
    """Equal in the checks' form: case, marks and spacing aside."""
    canonical: int
    """Equal in the form that tasks group by."""
    near: int
    """Near copies (Jaccard of shingles at least 0.6) of some row of `other`, and exact copies of none."""

    @property
    def share(self) -> float:
        """Return the share of rows of `split` that are exact copies."""
        return self.exact / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows to look at: `rows` int64 [P, 2], numbers over all splits; `jaccard` float64 [P], 1 when exact."""

    rows: np.ndarray
    jaccard: np.ndarray
    exact: np.ndarray
    """bool [P]: equal in the checks' form; two short texts can share all shingles and differ."""


@dataclass(frozen=True)
class Duplicates:
    """All that was found: counts by split and pair of splits, and the pairs of rows."""

    counts: tuple[Copies, ...]
    pairs: Pairs


def find_duplicates(data: Data, corpus: Corpus) -> Duplicates:
    """Count and list copies and near copies of all splits.

    Listed are, for each group of copies, its first row with every other, and for each two near groups and each two
    splits, the first row of one with the first of the other.
    """
    near, overlap = _near(corpus)
    splits = len(data.splits)
    first = first_rows(corpus.forms, data.split_of, splits)
    weak = first_rows(corpus.canonical, data.split_of, splits)
    couples = [(split, other) for other in range(splits) for split in range(other, splits)]
    counts = [_count(data, corpus, first, weak, near, *couple) for couple in couples]
    rows, jaccard = _near_rows(first, near, overlap)
    copies = exact_pairs(corpus.forms)
    pairs = Pairs(
        np.concatenate([copies, rows]),
        np.concatenate([np.ones(len(copies)), jaccard]),
        np.arange(len(copies) + len(rows)) < len(copies),
    )
    return Duplicates(tuple(counts), pairs)


def exact_pairs(forms: np.ndarray) -> np.ndarray:
    """Return int64 [P, 2]: every row whose form occurred before, after the first row that has it."""
    known = np.flatnonzero(forms != NOTHING)
    _, where, back = np.unique(forms[known], return_index=True, return_inverse=True)
    leader = known[where[back]]
    later = leader != known
    return np.stack([leader[later], known[later]], axis=1)


def first_rows(forms: np.ndarray, split_of: np.ndarray, splits: int) -> np.ndarray:
    """Return int64 [G, S]: the first row of each split that has each form, -1 where none has."""
    found = np.full((int(forms.max(initial=-1)) + 1, splits), NOTHING, np.int64)
    known = np.flatnonzero(forms != NOTHING)[::-1]
    found[forms[known], split_of[known]] = known
    return found


def _near(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    if not corpus.parts or len(corpus.ends) < 2:
        return np.empty((0, 2), np.int64), np.empty(0)
    return near_pairs(read_shingles(corpus), corpus.parts)


def _count(
    data: Data, corpus: Corpus, first: np.ndarray, weak: np.ndarray, near: np.ndarray, split: int, other: int
) -> Copies:
    mine = slice(int(data.starts[split]), int(data.starts[split + 1]))
    exact = _stand_in(corpus.forms[mine], first, split, other)
    beside = np.zeros(len(first), bool)
    for one, two in (near.T, near.T[::-1]):
        beside[one[first[two, other] != NOTHING]] = True
    forms = corpus.forms[mine]
    known = forms != NOTHING
    return Copies(
        data.splits[split], data.splits[other], len(forms), int(exact.sum()),
        int(_stand_in(corpus.canonical[mine], weak, split, other).sum()),
        int((beside[forms] & known & ~exact).sum()),
    )  # fmt: skip


def _stand_in(forms: np.ndarray, first: np.ndarray, split: int, other: int) -> np.ndarray:
    """Tell for each row of a split, bool [n], whether its form stands in `other`; within a split, in an earlier row."""
    known = forms != NOTHING
    found = np.zeros(len(forms), bool)
    if split == other:
        _, where = np.unique(forms, return_index=True)
        found = known.copy()
        found[where] = False
        return found
    found[known] = first[forms[known], other] != NOTHING
    return found


def _near_rows(first: np.ndarray, near: np.ndarray, overlap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, jaccard = [np.empty((0, 2), np.int64)], [np.empty(0)]
    for one in range(first.shape[1]):
        for other in range(first.shape[1]):
            pair = np.stack([first[near[:, 0], one], first[near[:, 1], other]], axis=1)
            there = (pair != NOTHING).all(1)
            rows.append(np.sort(pair[there], axis=1))
            jaccard.append(overlap[there])
    return np.concatenate(rows), np.concatenate(jaccard)
