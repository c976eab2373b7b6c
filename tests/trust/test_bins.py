"""TRUST W11: two different targets are never one label, where the width of a bin is inferred."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.errors import BadSetting
from lit_hf.tasks.targets import Regression
from lit_hf.tasks.targets.bins import Bins, bins_of, find_bins, read_numbers
from tests.support.tables import task_of, write


@pytest.mark.parametrize(
    "values",
    [(0.5, 1.5, 2.5, 3.5, 4.5), (0.0, 1.5, 2.5), (-2.5, 2.5), (0.1, 0.2, 0.30000000000000004), (1e9 + 0.5, 1e9)],
)
def test_w11_distinct_targets_have_distinct_bins(values: tuple[float, ...]) -> None:
    numbers = np.array(values * 5)
    found = find_bins(numbers, None, "score")
    assert found.origin == min(values)
    bins, known = bins_of(numbers, found)
    assert known.all()
    assert len(set(bins.tolist())) == len(values)
    np.testing.assert_allclose(found.origin + bins * found.width, numbers, atol=found.width / 2)


@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=2, unique=True))
def test_w11_so_it_is_for_any_targets(values: list[float]) -> None:
    numbers = np.array(values)
    if len(np.unique(numbers)) < 2:  # 0.0 and -0.0
        return
    found = find_bins(numbers, None, "score")
    assert len(np.unique(found.of(np.unique(numbers)))) == len(np.unique(numbers))
    assert found.of(np.array([found.origin])).tolist() == [0]


def test_w11_targets_that_no_bins_tell_apart_are_refused() -> None:
    with pytest.raises(BadSetting, match="too far apart"):
        find_bins(np.array([0.0, 1e-300, 1.0]), None, "score")


def test_infinity_is_no_missing_number() -> None:
    with pytest.raises(BadSetting, match="row 3 is -inf"):
        read_numbers([1.5, None, -np.inf], "score")
    assert np.isnan(read_numbers([1.5, None, np.nan, ""], "score")).tolist() == [False, True, True, True]


def test_w11_bins_that_are_asked_for_begin_at_zero_and_are_of_one_width() -> None:
    assert find_bins(np.array([0.5, 1.5, 2.5]), 1.0, "score") == Bins(1.0, 0.0)
    assert Bins(1.0).of(np.array([-0.5, 0.5, 1.5, 2.5, 2.49])).tolist() == [0, 1, 2, 3, 2]


def test_w11_width_and_origin_are_said_and_labels_are_spoken_as_they_were(tmp_path: Path) -> None:
    rows = [(f"t {place}", 0.5 + place % 5) for place in range(40)]
    task = task_of(write(tmp_path / "a.csv", rows))
    assert task.target == Regression(1.0, 0.5)
    assert (task.target.section()["bin_width"], task.target.section()["bin_origin"]) == (1.0, 0.5)
    spoken = {
        task.inputs[group]: task.target.speak(label) for group, label in zip(task.groups, task.labels, strict=True)
    }
    assert spoken == {text: f"{value:g}" for text, value in rows}


def test_w11_different_targets_have_different_fingerprints(tmp_path: Path) -> None:
    prints = set()
    for place, shift in enumerate((0.0, 0.5, 1.0, 0.25)):
        rows = [(f"t {row}", shift + (row % 5) + (0.125 if row == 0 else 0)) for row in range(40)]
        prints.add(task_of(write(tmp_path / f"{place}.csv", rows)).dataset.fingerprint)
    assert len(prints) == 4
