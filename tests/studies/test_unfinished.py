"""An interrupted study goes on with the orders that were coded, and ends with the same floats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.coding.opinion import Opinion
from lit_hf.coding.order import Code, Examples
from lit_hf.studies.label_errors import How, find_errors
from lit_hf.studies.unfinished import Unfinished
from lit_hf.tasks.targets import Target, numbered_classes

ORDERS, COUNT = 6, 80
FEATURES = np.random.default_rng(0).normal(size=(COUNT, 4)).astype(np.float32)
EXAMPLES = Examples((FEATURES[:, 0] > 0).astype(np.int64), np.arange(COUNT))


def how(folder: Path) -> How:
    return How(Code(probes=("discriminant",)), ORDERS, planted=False, keep=True, cache_dir=str(folder))


def counted(monkeypatch: pytest.MonkeyPatch, stop_at: int | None, folds: int = ORDERS) -> list[int]:
    """Note each order that is coded; interrupt before the one of so many `folds` that is `stop_at`."""
    coded, own = list[int](), Target.opinion

    def opinion(self: Target, features: Any, examples: Any, order: Any, code: Any) -> Opinion:
        if (order.number, order.folds) == (stop_at, folds):
            raise KeyboardInterrupt
        coded.append(order.number)
        return own(self, features, examples, order, code)

    monkeypatch.setattr(Target, "opinion", opinion)
    return coded


def test_an_interrupt_loses_no_order_that_was_coded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = find_errors(FEATURES, EXAMPLES, numbered_classes(2), how(tmp_path / "other"))
    with monkeypatch.context() as patch:
        before = counted(patch, stop_at=4)
        with pytest.raises(KeyboardInterrupt):
            find_errors(FEATURES, EXAMPLES, numbered_classes(2), how(tmp_path))
    with monkeypatch.context() as patch:
        after = counted(patch, stop_at=None)
        found = find_errors(FEATURES, EXAMPLES, numbered_classes(2), how(tmp_path))
    assert sorted(before + after) == list(range(ORDERS))
    assert set(before) >= {0, 1, 2, 3}
    assert np.array_equal(found.bits, whole.bits)
    assert not [*(tmp_path / "unfinished").iterdir()]


def test_an_interrupt_among_planted_errors_loses_nothing_coded_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The labels as given were coded in all orders; those with planted errors are coded in five more."""
    monkeypatch.setattr("lit_hf.studies.label_errors.COUNTED", COUNT)
    monkeypatch.setattr("lit_hf.studies.label_errors.FEWEST", 8)
    with_planted = replace(how(tmp_path), planted=True)
    with monkeypatch.context() as patch:
        before = counted(patch, stop_at=3, folds=5)
        with pytest.raises(KeyboardInterrupt):
            find_errors(FEATURES, EXAMPLES, numbered_classes(2), with_planted)
    with monkeypatch.context() as patch:
        after = counted(patch, stop_at=None)
        found = find_errors(FEATURES, EXAMPLES, numbered_classes(2), with_planted)
    assert sorted(before + after) == sorted([*range(ORDERS), *range(5)])
    assert [each.planted for each in found.depths] == [8]
    assert not [*(tmp_path / "unfinished").iterdir()]


def test_other_labels_features_and_ways_of_coding_are_other_folders(tmp_path: Path) -> None:
    wrong = EXAMPLES.labels.copy()
    wrong[0] = 1 - wrong[0]
    given = [(FEATURES, EXAMPLES, "a"), (FEATURES, EXAMPLES, "b"), (FEATURES + 1, EXAMPLES, "a")]
    given.append((FEATURES, EXAMPLES.with_labels(wrong), "a"))
    assert len({Unfinished.of(*each, tmp_path).folder for each in given}) == 4


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    made = Opinion(np.ones(3), np.ones((3, 2)), np.arange(1, 4))
    kept = Unfinished(tmp_path)
    kept.kept(0, lambda: made)
    (tmp_path / "0.npz").write_bytes((tmp_path / "0.npz").read_bytes()[:50])
    assert kept.kept(0, lambda: made) is made
    assert np.array_equal(kept.kept(0, lambda: pytest.fail("it is kept")).table, made.table)
