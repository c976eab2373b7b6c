"""W17 and the unknown errors of the Python API: arrays are read exactly or refused in words, and so are arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.sparse import csr_matrix

import lit_hf
import lit_hf.data
from lit_hf.errors import LitError, NotFiniteFeatures, TooFewExamples
from lit_hf.ranking.other_scores import NAMES, other_score
from tests.support.streams import CHEAP, gaussian

ROWS, LABELS = gaussian(60, 4, 2)
WIDE = ROWS.astype(np.float64)


def bits(features: Any = ROWS, labels: Any = LABELS, orders: Any = 1, **how: Any) -> float:
    return lit_hf.codelength(features, labels, orders=orders, kinds=CHEAP, **how).bits


REFUSED: dict[str, dict[str, Any]] = {
    "sparse": {"features": csr_matrix(ROWS)},
    "a sparse tensor": {"features": torch.tensor(ROWS).to_sparse()},
    "a tensor without numbers": {"features": torch.empty(60, 4, device="meta")},
    "words": {"features": ROWS.astype(str)},
    "objects": {"features": np.array([["a", None]] * 60, dtype=object)},
    "complex": {"features": ROWS * 1j},
    "times": {"features": (ROWS * 9).astype("M8[s]")},
    "masked": {"features": np.ma.masked_array(ROWS, mask=ROWS > 1)},
    "no column": {"features": ROWS[:, :0]},
    "rows that merge": {"features": 1 + WIDE * 1e-12},
    "whole numbers that merge": {"features": 2**60 + np.arange(240).reshape(60, 4)},
    "rows that vanish": {"features": WIDE * 1e-60},
    "1e300": {"features": WIDE * 1e300},
    "1e38": {"features": np.sign(ROWS) * np.float32(1e38)},
    "NaN": {"features": np.where(ROWS > 1, np.nan, ROWS)},
    "groups of None": {"groups": [None] * 60},
    "groups of NaN": {"groups": [1.0, float("nan")] * 30},
    "groups of two kinds": {"groups": [1, "1"] * 30},
    "complex groups": {"groups": np.arange(60) * 1j},
    "masked groups": {"groups": np.ma.masked_array(np.arange(60), mask=LABELS > 0)},
    "masked labels": {"labels": np.ma.masked_array(LABELS, mask=LABELS > 0)},
    "labels of two kinds": {"labels": [1, "1", 2] * 20},
    "labels beyond 2^63": {"labels": [int(label) * 2**70 for label in LABELS]},
    "labels with holes": {"labels": pd.array([1, None] * 30, dtype="Int64")},
    **{f"seed {value!r}": {"seed": value} for value in (-1, 1.5, None, "a", 2**128)},
    **{f"orders {value!r}": {"orders": value} for value in (0, 1.5, "2", None, -1, True)},
    **{f"num_classes {value!r}": {"num_classes": value} for value in (2.0, 2.5, "2", 0, -1)},
    **{f"device {value!r}": {"device": value} for value in ("nope", "meta", None, 3.5)},
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_be_cast_in_silence_is_refused(case: str) -> None:
    with pytest.raises(LitError) as caught:
        bits(**REFUSED[case])
    assert caught.value.next_step
    assert (type(caught.value) is NotFiniteFeatures) == (case == "NaN")


@pytest.mark.parametrize(
    "features",
    [WIDE, np.asfortranarray(ROWS), torch.tensor(ROWS, requires_grad=True), torch.tensor(WIDE), pd.DataFrame(ROWS)],
    ids=["float64", "columns first", "with a gradient", "tensor of float64", "frame"],
)
def test_the_same_numbers_in_another_form_cost_the_same(features: Any) -> None:
    assert bits(features) == bits()


def test_half_precision_is_read_as_it_is() -> None:
    half = torch.tensor(ROWS).bfloat16()
    assert bits(half) == bits(half.float().numpy())
    assert bits(ROWS.astype(np.float16)) == bits(ROWS.astype(np.float16).astype(np.float32))


def test_groups_are_what_tells_them_apart() -> None:
    pairs = np.arange(60) // 2
    expected = bits(groups=pairs)
    names = [f"group {pair:02}" for pair in pairs]
    for groups in (pairs + 0.5, names, np.array(names), pd.Series(names), (pairs * 7 - 30).tolist()):
        assert bits(groups=groups) == expected


@pytest.mark.parametrize("case", ["complex", "masked", "1e300", "groups of NaN", "seed -1", "device 'nope'"])
def test_so_it_is_at_the_other_doors(case: str) -> None:
    given = {"features": ROWS, "labels": LABELS, **REFUSED[case]}
    with pytest.raises(LitError):
        next(iter(lit_hf.prequential(**given)))
    with pytest.raises(LitError):
        lit_hf.transfer(baseline_features=ROWS, **given)
    if "features" in REFUSED[case]:
        with pytest.raises(LitError):
            lit_hf.transfer(ROWS, given["features"], LABELS)


@pytest.mark.parametrize("case", REFUSED)
def test_so_it_is_at_the_doors_of_data_studies(case: str) -> None:
    given = {"orders": 5, "features": ROWS, "labels": LABELS, **REFUSED[case]}
    with pytest.raises(LitError):
        lit_hf.data.label_errors(**given, planted=False, kinds=CHEAP)
    with pytest.raises(LitError) as caught:
        lit_hf.data.information_curve(**given, kinds=CHEAP)
    assert type(caught.value) is not TooFewExamples  # the argument is refused, not the number of rows
    odd = [given.pop("features"), given.pop("labels"), given.pop("groups", None)]
    if given.pop("num_classes", None) is None:  # which arrays of two sets do not take
        for compared in (lit_hf.data.shared_information, lit_hf.data.different_labels):
            with pytest.raises(LitError):
                compared(odd[: 2 + (odd[2] is not None)], (ROWS, LABELS), **given, kinds=CHEAP)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [1e-4, 1e-12, 1e8])
def test_other_scores_do_not_depend_on_the_scale(name: str, scale: float) -> None:
    """FIELD 36: a floor of variances made N-LEEP on activations of 1e-4 that of constants."""
    score = other_score(name)
    assert score(WIDE * scale, LABELS) == pytest.approx(score(WIDE, LABELS), rel=1e-4)
