"""Label errors on real features with labels that were made wrong: found, suggested right, and counted honestly."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import numpy as np
import pytest
from sklearn.datasets import load_digits

from lit_hf.data import LabelErrors, label_errors
from lit_hf.errors import BadSetting, LitError, UsageError
from lit_hf.measures.planted import area_under_curve
from lit_hf.records.record import plain
from lit_hf.studies.label_errors import COLUMNS, plant
from lit_hf.tasks.targets import numbered_classes

SCHEMA = json.loads(
    resources.files("lit_hf").joinpath("records/schemas/data-errors-1.json").read_text(encoding="utf-8")
)
FEW = ("discriminant", "prototypes")
WRONG, COUNT = 60, 1_200


def digits() -> tuple[np.ndarray, np.ndarray]:
    features, labels = load_digits(return_X_y=True)
    return features[:COUNT].astype(np.float32), labels[:COUNT].astype(np.int64)


@pytest.fixture(scope="module")
def flipped() -> tuple[LabelErrors, np.ndarray, np.ndarray]:
    """Return what is found where 5 % of the labels of digits are wrong, which they are, and the right labels."""
    features, labels = digits()
    rng = np.random.default_rng(0)
    rows = rng.choice(COUNT, WRONG, replace=False)
    given = labels.copy()
    given[rows] = (given[rows] + rng.integers(1, 10, WRONG)) % 10
    wrong = np.zeros(COUNT, dtype=bool)
    wrong[rows] = True
    return label_errors(features, given, orders=5, kinds=FEW), wrong, labels


def check(found: LabelErrors) -> dict[str, Any]:
    data: dict[str, Any] = plain(found.to_dict())
    jsonschema.validate(data, SCHEMA)
    json.dumps(data, allow_nan=False)
    frame = found.to_frame()
    assert [*frame.columns] == [*COLUMNS]
    assert frame["bits"].is_monotonic_decreasing
    assert frame["label_quality"].to_numpy() == pytest.approx(2.0 ** -frame["bits"].to_numpy())
    assert found.plot().axes
    return data


def test_wrong_labels_are_found_and_the_right_ones_suggested(
    flipped: tuple[LabelErrors, np.ndarray, np.ndarray],
) -> None:  # fmt: skip
    found, wrong, labels = flipped
    assert area_under_curve(found.bits[wrong], found.bits[~wrong])[0] > 0.98
    assert wrong[found.order[:WRONG]].mean() > 0.85
    assert found.suggested is not None
    assert np.mean([int(found.suggested[row]) == labels[row] for row in np.flatnonzero(wrong)]) > 0.9
    assert not found.conflicts.any()


def test_what_is_said_of_how_many_holds(flipped: tuple[LabelErrors, np.ndarray, np.ndarray]) -> None:
    found, wrong, _ = flipped
    data = check(found)
    [depth] = data["depths"]
    assert depth["kind"] == "uniform"
    assert depth["in_sight"]
    assert depth["wrong_share_at_most"] >= wrong.mean()
    assert 0.4 * wrong.mean() < depth["wrong_share_about"] < 2 * wrong.mean()
    share = wrong[found.order[: depth["rows_with_half"]]].sum() / WRONG
    assert 0.25 < share < 0.75
    assert sum(each["rows"] for each in data["confusions"]) == depth["rows_with_half"]


def test_the_same_call_gives_the_same_floats() -> None:
    features, labels = digits()
    first, second = (
        label_errors(features[:200], labels[:200], orders=5, kinds=FEW, planted=False) for _ in range(2)
    )  # fmt: skip
    assert np.array_equal(first.bits, second.bits)
    assert np.array_equal(first.order, second.order)


def test_where_nothing_can_be_seen_it_is_said() -> None:
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(1_000, 4)).astype(np.float32), rng.integers(0, 2, 1_000)
    found = label_errors(features, labels, orders=5, kinds=("discriminant",))
    assert found.in_sight is False
    assert check(found)["in_sight"] is False


def test_few_labels_are_ranked_and_not_counted() -> None:
    features, labels = digits()
    data = check(label_errors(features[:200], labels[:200], orders=5, kinds=FEW))
    assert data["depths"] == []
    assert data["in_sight"] is None
    assert any("too few" in note for note in data["notes"])


def test_copies_are_scored_with_their_group_and_conflicts_are_said() -> None:
    features, labels = digits()
    features, labels, groups = features[:200].copy(), labels[:200].copy(), np.arange(200)
    features[1], groups[1] = features[0], 0
    labels[:2] = 1 + labels[0], 1 + labels[0]
    found = label_errors(features, labels, orders=5, groups=groups, kinds=FEW, planted=False)
    assert found.bits[0] == pytest.approx(found.bits[1], rel=1e-3)  # a position apart: orders weigh a little else
    assert set(found.order[:8]) >= {0, 1}, "two copies with the same wrong label do not make it right"
    assert not found.conflicts.any()
    labels[1] = labels[0] - 1
    assert np.flatnonzero(
        label_errors(features, labels, orders=5, groups=groups, kinds=FEW, planted=False).conflicts
    ).tolist() == [0, 1]  # fmt: skip


def test_errors_are_planted_as_many_as_is_said() -> None:
    rng = np.random.default_rng(2)
    target = numbered_classes(4)
    for count, kinds, each in ((999, 0, 0), (1_000, 1, 50), (2_000, 2, 50), (6_000, 2, 120), (40_000, 2, 500)):
        labels, table = rng.integers(0, 4, count), rng.dirichlet(np.ones(4), count)
        wrong, planted = plant(target, labels, table, seed=1)
        assert [len(rows) for rows in planted.values()] == [each] * kinds
        assert (wrong != labels).sum() == kinds * each <= 0.05 * count
        assert all((wrong[rows] != labels[rows]).all() for rows in planted.values())


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"orders": 4}, BadSetting, "at least 5"),
        ({"orders": 150}, UsageError, "less than two a fold"),
        ({"num_classes": 3}, BadSetting, "num_classes"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Any], error: type[LitError], said: str) -> None:
    features, labels = digits()
    with pytest.raises(error, match=said) as raised:
        label_errors(features[:200], labels[:200], kinds=FEW, **given)
    assert raised.value.next_step


def test_one_class_is_refused() -> None:
    with pytest.raises(LitError, match="class"):
        label_errors(digits()[0][:50], np.zeros(50, np.int64))


def test_a_class_with_one_example_is_no_obstacle() -> None:
    features, labels = digits()
    labels = labels[:100].copy()
    labels[50] = 10
    found = label_errors(features[:100], labels, orders=5, kinds=FEW)
    assert np.isfinite(found.bits).all()
