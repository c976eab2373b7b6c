"""Small things: empty inputs, tiny classes, names alike, drift; and what is said when nothing can be checked."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.checks.kt import KT, static_bits
from lit_hf.data import check
from lit_hf.errors import BadSetting
from scripts.assets.texts import random_texts

LABELS = np.random.default_rng(0).integers(0, 2, 40).tolist()


def test_empty_inputs_and_missing_labels_are_counted() -> None:
    texts: list[str | None] = [*random_texts(40), "", "  \n", None]
    found = check(texts, [0, 1] * 20 + [0, 1, None])
    assert [(each.empty, each.unlabelled) for each in found.small.counts] == [(3, 1)]
    assert next(each.verdict for each in found.findings if each.check == "inputs") == "look"


def test_tiny_classes_and_names_that_are_alike() -> None:
    labels = ["Good"] * 20 + ["good "] * 16 + ["rare"] * 4
    found = check(random_texts(40), labels).small
    assert found.tiny == (("rare", 4),)
    assert found.alike == (("Good", "good "),)


def test_drift_is_the_excess_over_the_split_s_own_code() -> None:
    train, test = ["a"] * 50 + ["b"] * 50, ["a"] * 90 + ["b"] * 10
    found = check(random_texts(100), train, test=(random_texts(100, seed=1), test))
    drift = found.small.drift[0]
    expected = static_bits(np.array([90, 10]), np.array([50, 50])) - KT(100, 2).bits(np.array([90, 10]))
    assert (drift.split, drift.labels, drift.bits) == ("test", 100, pytest.approx(expected))
    assert drift.bits > 40
    assert next(each.verdict for each in found.findings if each.check == "label drift") == "look"


@pytest.mark.parametrize("seed", range(20))
def test_splits_of_one_distribution_do_not_drift(seed: int) -> None:
    y = np.random.default_rng(seed).integers(0, 5, 400).tolist()
    found = check(random_texts(200), y[:200], test=(random_texts(200, seed=1), y[200:]))
    assert next(each.verdict for each in found.findings if each.check == "label drift") == "ok"


def test_a_split_without_labels_is_compared_by_its_inputs() -> None:
    train = random_texts(40)
    found = check(train, LABELS, test=(train[:4] + random_texts(36, seed=1), None))
    assert found.small.drift == ()
    assert {each.check: each.verdict for each in found.findings} == {
        "overlap": "unfair", "duplicates": "ok", "conflicting labels": "ok", "shortcuts": "ok", "order of rows": "ok",
        "inputs": "ok", "classes": "ok", "label drift": "not checked",
    }  # fmt: skip


def test_without_any_label_only_inputs_are_checked() -> None:
    found = check(["a b c", "A b c!"], [None, None])
    assert [each.check for each in found.findings if each.verdict != "not checked"] == ["duplicates", "inputs"]


@pytest.mark.parametrize("copies", [0, 4, 5])
def test_half_a_per_cent_of_the_test_split_in_the_training_split_is_unfair(copies: int) -> None:
    train = random_texts(1_000, 12)
    test = [*train[:copies], *random_texts(1_000 - copies, 12, seed=1)]
    found = check(train, [0, 1] * 500, test=(test, [0, 1] * 500))
    assert found.findings[0].verdict == {0: "ok", 4: "look", 5: "unfair"}[copies]


def test_one_text_over_and_over() -> None:
    found = check(["same"] * 30, ["a", "b"] * 15)
    assert (found.duplicates.counts[0].exact, found.conflicts.rows) == (29, 30)


def test_one_class_and_no_words() -> None:
    found = check(["?!", "...", "?!"] * 10, ["a"] * 30)
    assert found.shortcuts.by_bits == ()
    assert found.duplicates.counts[0].exact == 28


@pytest.mark.parametrize(
    ("inputs", "labels", "columns"),
    [
        ([], [], {}),
        (["a", "b"], [1], {}),
        (["a", "b"], [1, 2], {"c": [1]}),
        (["a", ("b", "c")], [1, 2], {}),
        (["a", b"b"], [1, 2], {}),
        (["a", "b"], [0.5, "x"], {}),
    ],
)
def test_what_does_not_fit_is_refused(
    inputs: list[object], labels: list[object], columns: dict[str, list[int]]
) -> None:
    with pytest.raises(BadSetting):
        check(inputs, labels, columns=columns)
