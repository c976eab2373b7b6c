"""The iterator over the prequential loop: the same bits as the codelength, and as a hand loop over it."""

from __future__ import annotations

import numpy as np
import pytest

import lit_hf
from lit_hf.config import CODES
from lit_hf.errors import BadSetting, LitError, TooFewExamples
from tests.support.streams import gaussian

N = 150


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("copies", [1, 3])
def test_the_steps_add_up_to_the_codelength(code: str, copies: int) -> None:
    features, labels = gaussian(N, 8, 3, signal=2.0)
    groups = np.arange(N) // copies
    stated = lit_hf.codelength(features, labels, groups=groups, orders=2, seed=4, code=code)
    for order in range(2):
        steps = list(lit_hf.prequential(features, labels, groups=groups, order=order, seed=4, code=code))
        assert [step.position for step in steps] == list(range(N))
        np.testing.assert_array_equal([step.example for step in steps], stated.order[order])
        paid = np.array([step.bits for step in steps])
        # the top node step by step, against its closed form
        np.testing.assert_allclose(paid, stated.per_example[order][stated.order[order]], rtol=1e-9, atol=1e-9)


def test_five_lines_by_hand_give_the_codelength() -> None:
    features, labels = gaussian(N, 8, 3, signal=2.0)
    bits = 0.0
    for step in lit_hf.prequential(features, labels):
        assert step.probabilities.sum() == pytest.approx(1)
        bits -= np.log2(step.probabilities[labels[step.example]])
    assert bits == pytest.approx(lit_hf.codelength(features, labels, orders=1).bits, rel=1e-9)


def test_a_step_does_not_depend_on_its_label_or_later_ones() -> None:
    features, labels = gaussian(N, 8, 2)
    other = labels.copy()
    other[100:] = 1 - other[100:]
    pairs = zip(*(lit_hf.prequential(features, these, shuffle=False) for these in (labels, other)), strict=True)
    for one, two in pairs:
        same = np.array_equal(one.probabilities, two.probabilities)
        assert same or one.position > 100


def test_nothing_is_read_before_a_step_is_asked_for_and_one_may_stop() -> None:
    features, labels = gaussian(N, 8, 2)
    steps = lit_hf.prequential(features, labels)
    assert next(steps).position == 0
    assert next(steps).position == 1
    steps.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"order": -1}, BadSetting), ({"code": "brick"}, BadSetting), ({"labels": np.zeros(3, int)}, LitError)],
)
def test_what_cannot_be_coded_is_refused_at_the_call(changes: dict[str, object], error: type[LitError]) -> None:
    features, labels = gaussian(N, 8, 2)
    with pytest.raises(error):
        lit_hf.prequential(**{"features": features, "labels": labels, **changes})  # type: ignore[arg-type]
    with pytest.raises(TooFewExamples):
        lit_hf.prequential(features[:10], labels[:10])
