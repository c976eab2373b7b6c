"""`codelength`, `transfer` and `prequential` take what people hold: frames, lists, strings and truths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import lit_hf
from lit_hf.errors import BadSetting

LABELS = (np.arange(40) * 7 % 3).astype(int)
NAMES = np.array(["ham", "other", "spam"])
FEATURES = np.stack([LABELS == 0, LABELS == 1, np.arange(40) / 40], 1).astype("float32")


@pytest.fixture(scope="module")
def expected() -> lit_hf.api.Codelength:  # type: ignore[name-defined]
    return lit_hf.codelength(FEATURES, LABELS, orders=1)


@pytest.mark.parametrize(
    "features",
    [
        pytest.param(pd.DataFrame(FEATURES), id="frame"),
        pytest.param(pd.DataFrame(FEATURES, index=[f"r{n}" for n in range(40)]), id="frame with an index"),
        pytest.param(FEATURES.tolist(), id="lists"),
        pytest.param(torch.from_numpy(FEATURES), id="tensor"),
    ],
)
def test_features(features: Any, expected: Any) -> None:
    assert lit_hf.codelength(features, LABELS, orders=1).bits == expected.bits
    assert lit_hf.transfer(features, FEATURES, LABELS, orders=1).bits == 0


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (NAMES[LABELS].tolist(), ("ham", "other", "spam")),
        (NAMES[LABELS], ("ham", "other", "spam")),
        (pd.Series(NAMES[LABELS], index=range(5, 45)), ("ham", "other", "spam")),
        (LABELS.tolist(), (0, 1, 2)),
        (LABELS + 4, (4, 5, 6)),
    ],
)
def test_labels(labels: Any, classes: tuple[Any, ...], expected: Any) -> None:
    found = lit_hf.codelength(FEATURES, labels, orders=1)
    assert found.bits == expected.bits
    assert found.classes == classes
    assert sum(step.bits for step in lit_hf.prequential(FEATURES, labels)) == pytest.approx(expected.bits)


def test_truths_are_two_classes() -> None:
    truths = LABELS == 0
    found = lit_hf.codelength(FEATURES, truths.tolist(), orders=1)
    assert found.bits == lit_hf.codelength(FEATURES, truths.astype(int), orders=1).bits
    assert found.classes == (False, True)


def test_names_may_be_fewer_than_the_classes() -> None:
    found = lit_hf.codelength(FEATURES, NAMES[LABELS], num_classes=5, orders=1)
    assert found.bits == lit_hf.codelength(FEATURES, LABELS, num_classes=5, orders=1).bits
    with pytest.raises(BadSetting, match="num_classes"):
        lit_hf.codelength(FEATURES, NAMES[LABELS], num_classes=2, orders=1)


@pytest.mark.parametrize("labels", [["a", None] * 20, [0.5, 1.5] * 20, [-1, 1] * 20, [("a",), "b"] * 20])
def test_what_is_no_row_of_classes_is_refused(labels: Any) -> None:
    with pytest.raises((BadSetting, ValueError)):
        lit_hf.codelength(FEATURES, labels, orders=1)


def test_lists_of_several_lengths_are_named() -> None:
    with pytest.raises(BadSetting, match="lists of several lengths"):
        lit_hf.codelength([[1.0], [1.0, 2.0]] * 20, LABELS, orders=1)
