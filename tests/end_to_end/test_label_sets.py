"""Several labels at once from end to end: digits as pixels, asked whether they are even, large, or round."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.codes.baselines import class_prior_bits
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.config import from_mapping
from lit_hf.evaluation.run import run
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.tasks.targets import MultiLabel
from tests.support import assets, streams

N = 300


def questions(digits: np.ndarray) -> np.ndarray:
    """Return answers [N, 3]: even, at least 5, one of 0, 6, 8, 9."""
    return np.stack([digits % 2 == 0, digits >= 5, np.isin(digits, (0, 6, 8, 9))], 1).astype(np.int64)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    pixels, digits = assets.digits()
    file = tmp_path_factory.mktemp("sets") / "digits.npz"
    noise = pixels[:400] @ np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
    np.savez(file, features=pixels[:400], labels=questions(digits[:400]), baseline_features=noise)
    return run(from_mapping({"model": f"features:{file}", "orders": 2, "max_examples": N}, "the test"))


def test_the_record_adds_up_the_labels(record: Record) -> None:
    record.validate()
    base, code = record["baselines"], record["codelength"]["bits"]
    assert record["transfer"]["interval"][0] > 100
    assert base["uniform"]["bits"] == 3 * N
    assert code < base["class_prior"]["bits"] / 2
    rows = record["measures"]["each_label"]
    assert [row["label"] for row in rows] == ["label 0", "label 1", "label 2"]
    assert sum(row["bits"] for row in rows) == pytest.approx(code, abs=1.001)  # the sum of priors stands beside them
    assert sum(row["baseline_bits"] for row in rows) == pytest.approx(base["random_twin"]["bits"], abs=1.001)


def test_shuffled_rows_show_no_transfer(record: Record) -> None:
    shuffled = record["baselines"]["shuffled_labels"]
    assert abs(shuffled["transfer_bits"]) <= 5
    assert shuffled["code_minus_class_prior_bits"] <= 2


def test_the_held_out_metric_is_micro_f1(record: Record) -> None:
    held = record["holdout"]
    assert held["metric"] == "micro_f1"
    assert held["value"] > 0.8
    assert held["accuracy"] > 0.8
    assert "micro-averaged F1" in str(phrases.holdout(record))


def test_the_note_says_that_correlations_are_unused(record: Record) -> None:
    assert any("Each label is coded by itself" in note for note in record["notes"])


def test_intervals_are_over_examples(record: Record) -> None:
    assert record.arrays["labels"].shape == (N, 3)
    assert record.arrays["bits_encoder"].shape == (2, N)


def test_each_label_costs_what_it_costs_alone() -> None:
    pixels, digits = assets.digits()
    answers, groups = questions(digits[:150]), np.arange(150)
    target = MultiLabel(("even", "large", "round"))
    together = target.code_order(pixels[:150], Examples(answers, groups), Order(), Code())
    alone = [streams.code(pixels[:150], column.copy(), kinds=None).total for column in answers.T]
    assert together.each_bits is not None
    np.testing.assert_allclose(together.each_bits, alone)
    assert together.total <= sum(alone) + 1 + 1e-9  # the bit is paid in full here: equal but for float64 rounding


def test_random_labels_cost_at_most_two_bits_more_than_their_priors_together() -> None:
    answers, groups = np.random.default_rng(0).integers(0, 2, (200, 6)), np.arange(200)
    rows = np.random.default_rng(1).normal(size=(200, 5)).astype(np.float32)
    prior = sum(class_prior_bits(column, 2, groups).sum() for column in answers.T)
    target = MultiLabel(tuple("abcdef"))
    assert target.code_order(rows, Examples(answers, groups), Order(), Code()).total <= prior + 2
