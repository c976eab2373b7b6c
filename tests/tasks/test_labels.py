"""Labels: what counts as a class and what as missing."""

from __future__ import annotations

from typing import Any

import pytest

from lit_hf.errors import BadSetting
from lit_hf.tasks.labels import class_names, encode_labels, find_classes


@pytest.mark.parametrize(
    "raw, names, encoded, classes",
    [
        ([3, 1, 3, None, -1], None, [2, 1, 2, -1, 0], ("-1", "1", "3")),  # nothing says that -1 is no step
        ([2, 0, 1, None, -1], ("a", "b", "c"), [2, 0, 1, -1, -1], ("a", "b", "c")),
        ([1.0, 0.0, float("nan")], None, [1, 0, -1], ("0", "1")),
        ([-1, 1, -1, 1], None, [0, 1, 0, 1], ("-1", "1")),
        (["b", "a", "", None], None, [1, 0, -1, -1], ("a", "b")),
        ([True, False], None, [1, 0], ("False", "True")),
        ([0, 2, -1], ("no", "maybe", "yes"), [0, 2, -1], ("no", "maybe", "yes")),
        ([10, 9, 100], None, [1, 0, 2], ("9", "10", "100")),
    ],
)
def test_labels_become_classes(
    raw: list[Any], names: tuple[str, ...] | None, encoded: list[int], classes: tuple[str, ...]
) -> None:
    found = find_classes(raw, names, "label")
    assert encode_labels(raw, found, "label").tolist() == encoded
    assert class_names(found, names) == classes


def test_real_numbers_are_no_classes() -> None:
    with pytest.raises(BadSetting, match=r"0\.5 is a real number"):
        find_classes([0.5, 1.0], None, "score")


def test_lists_are_no_classes() -> None:
    with pytest.raises(BadSetting, match="one class per row"):
        find_classes([[1, 2], [3]], None, "tags")
