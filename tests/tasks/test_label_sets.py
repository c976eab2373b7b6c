"""Labels that may hold together: which datasets have them, and what a row becomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, Features, List, Value

from lit_hf.config import from_mapping
from lit_hf.errors import BadSetting, LitError, MissingColumn, TooFewClasses
from lit_hf.tasks import Task, load_task

TEXTS = [f"text number {place}" for place in range(40)]
SETS = [["a", "b"] if place % 4 == 0 else ["b"] if place % 2 else [] for place in range(40)]


def task(rows: dict[str, Any], features: Features | None = None, **options: Any) -> Task:
    settings = from_mapping({"model": "m", "dataset": "in memory", **options}, "the test")
    return load_task(settings, Dataset.from_dict(rows, features=features))


def by_text(found: Task) -> dict[Any, list[int]]:
    return {found.inputs[group]: row.tolist() for group, row in zip(found.groups, found.labels, strict=True)}


def test_a_column_of_lists_beside_a_text_is_a_set_of_labels() -> None:
    found = task({"text": TEXTS, "labels": SETS})
    assert (found.kind, found.reads, found.classes) == ("multi-label-classification", "text-classification", ("a", "b"))
    assert by_text(found) == {
        text: [int("a" in each), int("b" in each)] for text, each in zip(TEXTS, SETS, strict=True)
    }


def test_declared_names_keep_their_order_and_labels_that_never_occur() -> None:
    features = Features({"text": Value("string"), "labels": List(ClassLabel(names=["b", "a", "never"]))})
    indices = [[["b", "a"].index(name) for name in each] for each in SETS]
    found = task({"text": TEXTS, "labels": indices}, features)
    assert found.classes == ("b", "a", "never")
    assert found.labels[:, 2].sum() == 0


def test_several_columns_are_asked_for_by_name() -> None:
    toxic, rude = [int("a" in each) for each in SETS], [int("b" in each) for each in SETS]
    found = task({"text": TEXTS, "toxic": toxic, "rude": rude}, label_column="toxic,rude")
    assert found.classes == ("toxic", "rude")
    assert by_text(found) == dict(zip(TEXTS, map(list, zip(toxic, rude, strict=True)), strict=True))


def test_rows_of_flags_are_read_as_such() -> None:
    found = task({"text": TEXTS, "labels": [[float("a" in each), float("b" in each)] for each in SETS]})
    assert found.classes == ("label 0", "label 1")
    assert found.labels.sum(0).tolist() == [10, 30]


def test_a_row_without_a_list_has_no_label_and_an_empty_list_has_none_that_holds() -> None:
    sets: list[list[str] | None] = [*SETS]
    sets[2] = None
    found = task({"text": TEXTS, "labels": sets})
    assert found.dataset.missing_labels == 1
    assert len(found.labels) == 39


def test_the_order_of_rows_changes_nothing() -> None:
    texts, sets = [*TEXTS, TEXTS[0], TEXTS[0]], [*SETS, ["a"], ["b"]]
    forwards, backwards = (task({"text": texts[::step], "labels": sets[::step]}) for step in (1, -1))
    np.testing.assert_array_equal(forwards.labels, backwards.labels)
    assert forwards.dataset.fingerprint == backwards.dataset.fingerprint
    assert forwards.dataset.duplicates == 2


@pytest.mark.parametrize(
    ("rows", "options", "error"),
    [
        ({"text": TEXTS, "labels": [["a"]] * 40}, {}, TooFewClasses),
        ({"text": TEXTS, "x": [0, 1] * 20, "y": [0, 3] * 20}, {"label_column": "x,y"}, BadSetting),
        ({"text": TEXTS, "x": [0, 1] * 20}, {"label_column": "x,z"}, MissingColumn),
        ({"text": TEXTS, "label": [0, 1] * 20}, {"task": "multi-label-classification"}, MissingColumn),
    ],
)
def test_what_makes_no_sense_is_refused(rows: dict[str, Any], options: dict[str, Any], error: type[LitError]) -> None:
    with pytest.raises(error):
        task(rows, **options)
