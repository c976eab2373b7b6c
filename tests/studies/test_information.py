"""What n labels hold: nothing where labels are random, more with more labels where they are not."""

import numpy as np
import pytest

from lit_hf.errors import BadSetting, TooFewExamples
from lit_hf.measures.intervals import Interval
from lit_hf.studies.information import budgets, information_curve, tail_size, verdict

FEW = ("discriminant", "prototypes")


def population(count: int, strength: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    features = rng.normal(size=(count, 16)) + strength * (2 * labels[:, None] - 1)
    return features.astype(np.float32), labels


def test_labels_that_features_tell_hold_information_and_more_labels_hold_more() -> None:
    found = information_curve(*population(720, 0.2), kinds=FEW)
    assert found.labels == (0, 250, 500)
    assert found.tail == 180
    assert found.bits[0].estimate == 0
    assert found.bits[1].low > 0
    assert found.bits[2].estimate - found.bits[1].estimate == pytest.approx(found.last.estimate)
    assert found.to_frame()["bits"].tolist() == [each.estimate for each in found.bits]


def test_random_labels_hold_none() -> None:
    found = information_curve(*population(720, 0.0), kinds=FEW)
    assert all(each.low <= 0 <= each.high for each in found.bits)
    assert found.verdict != "still gaining"


def test_the_same_call_gives_the_same_floats() -> None:
    features, labels = population(720, 0.3)
    first, second = (information_curve(features, labels, orders=1, kinds=FEW) for _ in range(2))
    assert [each.estimate for each in first.bits] == [each.estimate for each in second.bits]


def test_copies_are_coded_together() -> None:
    features, labels = population(720, 0.3)
    pairs = np.repeat(np.arange(360), 2)
    found = information_curve(features[pairs * 2], labels[pairs * 2], groups=pairs, orders=2, kinds=FEW)
    assert found.bits[1].low > 0


def test_too_few_labels_are_refused_with_the_number_that_is_enough() -> None:
    with pytest.raises(TooFewExamples) as error:
        information_curve(*population(300, 0.3))
    assert len(budgets(error.value.needed - tail_size(error.value.needed))) == 3
    assert len(budgets(error.value.needed - 1 - tail_size(error.value.needed - 1))) == 2


def test_no_orders_are_refused() -> None:
    with pytest.raises(BadSetting, match="orders"):
        information_curve(*population(720, 0.3), orders=0)


@pytest.mark.parametrize(
    ("limits", "said"), [((1, 9), "still gaining"), ((-4, 4), "saturated"), ((-9, 30), "cannot be told")]
)
def test_the_verdict_of_the_last_doubling(limits: tuple[float, float], said: str) -> None:
    assert verdict(Interval(sum(limits) / 2, *limits, 1.0, 9.0, 1.0, None), 1_000) == said
