"""Orders: permutations of groups in which a stream is coded."""

from __future__ import annotations

import numpy as np


def order_of(groups: np.ndarray, seed: int, number: int, *, keep_first: bool) -> np.ndarray:
    """Return order `number` as positions -> examples, int64 [N]; the labels of a group stay together.

    groups: int64 [N], any group ids by example. keep_first: order 0 is the order of the examples (they are shuffled
    already). Each order depends on (seed, number) and the number of groups alone.
    """
    names, inverse = np.unique(groups, return_inverse=True)
    if number == 0 and keep_first:
        first = np.full(len(names), len(groups))
        np.minimum.at(first, inverse, np.arange(len(groups)))
        rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    else:
        rank = np.random.default_rng([seed, number]).permutation(len(names))
    return np.argsort(rank[inverse], kind="stable")


def rotated_order(groups: np.ndarray, seed: int, number: int, folds: int) -> tuple[np.ndarray, int]:
    """Return order `number` of `folds` as positions -> examples, int64 [N], and where its last fold begins.

    The groups are dealt into folds by chance, alike for all numbers; in order r fold r comes last, all else before it
    by chance. So every label stands once behind (folds - 1) / folds of the others. Which fold a group is in depends on
    how many there are: such orders are outside the prefix law, and no codelength is made of them.
    """
    names, inverse = np.unique(groups, return_inverse=True)
    fold = np.random.default_rng([seed, folds, 1 << 20]).permutation(len(names)) % folds
    rank = np.random.default_rng([seed, folds, number]).permutation(len(names)) + len(names) * (fold == number)
    return np.argsort(rank[inverse], kind="stable"), int((fold[inverse] != number).sum())


def positions_of_groups(groups: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return non-decreasing group numbers by position, int64 [N], counted from 0 in the order in which groups come."""
    along = groups[order]
    return np.cumsum(np.append(0, np.diff(along) != 0)).astype(np.int64)
