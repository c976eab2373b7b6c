"""Copies that carry different labels, of every kind of labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lit_hf.checks.conflicts import conflicting_groups
from lit_hf.data import check
from scripts.assets.texts import random_texts


@pytest.mark.parametrize(
    ("label", "same", "other"),
    [("a", "a", "b"), (3, 3, 4), (0.25, 0.26, 1.75), ([1, 0], [1, 0], [1, 1]), (["x"], ["x"], ["x", "y"])],
)
def test_conflicting_copies_are_counted(label: Any, same: Any, other: Any) -> None:
    texts = random_texts(40)
    labels = [label, other] * 20
    found = check([*texts, texts[0], texts[2], texts[2]], [*labels, same, other, label])
    assert (found.conflicts.copied, found.conflicts.groups, found.conflicts.rows) == (2, 1, 3)
    assert [each.verdict for each in found.findings if each.check == "conflicting labels"] == ["look"]
    first = found.pairs()[0]
    assert (first["conflict"], first["row_a"], first["row_b"]) == (True, 2, 41)


def test_a_conflict_of_near_copies_is_a_pair_to_look_at() -> None:
    texts = random_texts(40)
    found = check([*texts, f"{texts[0]} end", f"{texts[1]} end"], [0, 1] * 20 + [1, 1])
    assert (found.conflicts.groups, found.conflicts.near) == (0, 1)
    assert found.pairs()[0] | {"jaccard": None, "text_a": "", "text_b": ""} == {
        "kind": "near", "jaccard": None, "conflict": True, "split_a": "train", "row_a": 0, "label_a": "0",
        "text_a": "", "split_b": "train", "row_b": 40, "label_b": "1", "text_b": "",
    }  # fmt: skip


def test_a_copy_without_a_label_conflicts_with_nothing() -> None:
    texts = random_texts(40)
    found = check([*texts, texts[0], texts[1]], [0, 1] * 20 + [None, 1])
    assert found.conflicts.groups == 0


def test_a_conflict_behind_a_copy_without_label_is_found() -> None:
    texts = random_texts(40)
    found = check([*texts, texts[0], texts[0]], [None, *[0, 1] * 19, 0, 0, 1])
    assert (found.conflicts.groups, found.conflicts.rows) == (1, 2)


def test_conflicts_between_splits_count() -> None:
    train, test = random_texts(40), random_texts(20, seed=1)
    test[0] = train[0].upper()
    found = check(train, ["a", "b"] * 20, test=(test, ["b", "a"] * 10))
    assert found.conflicts.groups == 1


def test_groups_of_a_coded_stream_whose_labels_differ() -> None:
    groups = np.array([0, 0, 1, 1, 2, 3, 3, 3])
    assert conflicting_groups(np.array([0, 1, 1, 1, 0, 2, 2, 0]), groups) == 2
    assert conflicting_groups(np.array([[0, 1], [0, 1], [1, 1], [1, 0], *[[0, 0]] * 4]), groups) == 1
    assert conflicting_groups(np.array([10, 11, 50, 90, 30, 20, 21, 20]), groups, are_numbers=True) == 1
