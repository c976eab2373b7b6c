"""Records say themselves what their labels are and what a length is counted in; older ones are upgraded."""

from __future__ import annotations

from typing import Any

import pytest

from lit_hf.records.said import metric_of, said
from lit_hf.records.sections import length_unit

NUMBERS = {"classes": None, "class_names": None, "kind": "regression", "reads": "text-classification", "bin_width": 0.5}
SETS = {"classes": 2, "class_names": ["a", "b"], "kind": "multi-label-classification", "reads": "features"}
CLASSES = {"classes": 3, "class_names": ["x", "y", "z"], "kind": "text-pair-classification"}
SPOKEN = {"labels_are": "numbers", "null_name": "", "hub_task": "", "label_scale": {"step": 2.0, "origin": 1.0}}


@pytest.mark.parametrize(
    ("dataset", "spoken", "null_name", "task"),
    [
        (CLASSES, "3 classes", "class prior", "text-classification"),
        (CLASSES | {"kind": "image-classification"}, "3 classes", "class prior", "image-classification"),
        (SETS, "2 that may hold together", "class prior", "tabular-classification"),
        (NUMBERS, "numbers", "marginal", "text-scoring"),
        (NUMBERS | {"reads": "image-classification"}, "numbers", "marginal", "other"),
    ],
)
def test_an_old_record_says_what_it_would_have_said(
    dataset: dict[str, Any], spoken: str, null_name: str, task: str
) -> None:
    found = said(dataset)
    assert (found.labels_are, found.null_name, found.hub_task) == (spoken, null_name, task)


def test_a_key_that_an_old_record_has_stands() -> None:
    assert said(CLASSES | {"null_name": "step prior"}).null_name == "step prior"


def test_the_record_speaks_first() -> None:
    """Of a kind that nobody has heard of, all is as its record says: nothing is told from other keys."""
    own = {"labels_are": "3 hues", "null_name": "another", "hub_task": "hue-picking", "label_scale": None}
    found = said(NUMBERS | own | {"class_names": ["red", "green", "blue"]})
    assert (found.labels_are, found.null_name, found.hub_task) == ("3 hues", "another", "hue-picking")
    assert found.label(2) == "blue"


@pytest.mark.parametrize(
    ("dataset", "label", "words"),
    [
        (CLASSES, 1, "y"),
        (CLASSES | {"class_names": []}, 1, "1"),
        (SETS, [0, 1], "b"),
        (SETS, [0, 0], "none"),
        (NUMBERS, 3, "1.5"),
        (NUMBERS | {"bin_origin": 0.1}, 3, "1.6"),
        (SPOKEN, -2, "-3"),
    ],
)
def test_a_label_is_spoken(dataset: dict[str, Any], label: Any, words: str) -> None:
    assert said(dataset).label(label) == words


@pytest.mark.parametrize(
    ("budget", "metric"),
    [
        ({"labels": 20, "bits": 3.0, "accuracy": 0.5}, ("accuracy", 0.5)),
        ({"labels": 20, "bits": 3.0, "baseline_bits": 4.0, "accuracy": None, "rmse": 1.5}, ("rmse", 1.5)),
        ({"labels": 20, "bits": 3.0, "accuracy": None, "hue_error": 0.0}, ("hue_error", 0.0)),
        ({"labels": 20, "bits": 3.0, "accuracy": None}, None),
    ],
)
def test_the_metric_of_a_budget_is_the_one_it_has(budget: dict[str, Any], metric: tuple[str, float] | None) -> None:
    assert metric_of(budget) == metric


@pytest.mark.parametrize(
    ("model", "unit"),
    [
        ({"resolved_from": {}}, "tokens"),
        ({"resolved_from": {"max_tokens": "preprocessor_config.json, in frames of 20 ms"}}, "frames of 20 ms"),
        ({"resolved_from": {"max_tokens": "config.json"}, "length_unit": "patches"}, "patches"),
    ],
)
def test_the_unit_of_a_length_is_said(model: dict[str, Any], unit: str) -> None:
    assert length_unit(model) == unit
