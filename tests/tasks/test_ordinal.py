"""Ordered steps: asked for, never inferred; their order is worth bits where it carries information."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, Features, Value

from lit_hf.codes.curve import Curve
from lit_hf.coding.codelength import code_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.config import from_mapping
from lit_hf.errors import BadSetting, LitError, TooFewClasses
from lit_hf.evaluation.run import run
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.tasks import Task, load_task
from lit_hf.tasks.targets import SingleLabel
from lit_hf.tasks.targets.ordinal import Ordinal

TEXTS = [f"text number {place}" for place in range(40)]
ORDINAL = "ordinal-classification"
N, DIM, STEPS = 240, 12, 5
CHEAP = Code(probes=("ridge", "discriminant"))


def task(labels: list[Any], features: Features | None = None, **options: Any) -> Task:
    settings = from_mapping({"model": "m", "dataset": "in memory", "task": ORDINAL, **options}, "the test")
    return load_task(settings, Dataset.from_dict({"text": TEXTS, "label": labels}, features=features))


def stream(seed: int, *, shuffled: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return rows, and a scale along one direction cut into steps; shuffled: the names of the steps have no order."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(N, DIM)).astype(np.float32)
    place = rows[:, :4].sum(1) + 0.7 * draw.logistic(size=N)
    labels = np.digitize(place, np.quantile(place, np.arange(1, STEPS) / STEPS))
    return rows, (np.array([2, 0, 4, 1, 3])[labels] if shuffled else labels)


def codes(rows: np.ndarray, labels: np.ndarray, code: Code = CHEAP) -> tuple[Curve, Curve]:
    """Return the curve of ordered steps, and that of the same labels as classes."""
    target, examples = Ordinal(tuple("abcde")), Examples(labels, np.arange(N))
    plain = code_order(rows, examples, target.rule, Order(), code)
    return target.code_order(rows, examples, Order(), code), plain


@pytest.mark.parametrize("seed", range(3))
def test_order_saves_bits_where_it_carries_information(seed: int) -> None:
    ordered, plain = codes(*stream(seed))
    assert ordered.total < plain.total - 20


@pytest.mark.parametrize("seed", range(3))
def test_it_costs_one_bit_at_most_where_the_order_says_nothing(seed: int) -> None:
    ordered, plain = codes(*stream(seed, shuffled=True))
    assert ordered.total <= plain.total + 1 + 1e-9
    assert ordered.total > plain.total - 1  # nor does it gain anything


def test_the_default_bank_gains_too() -> None:
    ordered, plain = codes(*stream(0), code=Code())
    assert ordered.total < plain.total - 5


def test_weights_sum_to_one_and_the_link_is_an_expert() -> None:
    ordered, _ = codes(*stream(0))
    np.testing.assert_allclose(ordered.weights.sum(1), 1.0, rtol=1e-6)
    assert ordered.names[-1] == ordered.parts[-1] == "cumulative link"
    assert ordered.expert_bits.shape == (len(ordered.edges) - 1, len(ordered.names))
    assert ordered.weights[-1, -1] > 0.99


def test_held_out_predictions_are_distributions() -> None:
    rows, labels = stream(1)
    target, examples = Ordinal(tuple("abcde")), Examples(labels[:200], np.arange(200))
    curve = target.code_order(rows[:200], examples, Order(), CHEAP, held_out=rows[200:])
    assert set(curve.held_out) == {100, 200}
    np.testing.assert_allclose(np.exp(curve.held_out[200]).sum(1), 1.0, atol=1e-5)
    assert target.more_scores(curve.held_out[200], labels[200:])["mean_absolute_steps"] < 1


def test_numbers_are_steps_in_their_order_and_words_as_declared() -> None:
    found = task([(10, 2.5, -1, 2)[place % 4] for place in range(40)])
    assert (found.kind, found.reads, found.classes) == (ORDINAL, "text-classification", ("-1", "2", "2.5", "10"))
    assert task([str(place % 12) for place in range(40)]).classes == tuple(map(str, range(12)))
    features = Features({"text": Value("string"), "label": ClassLabel(names=["poor", "fair", "best"])})
    assert task([place % 3 for place in range(40)], features).classes == ("poor", "fair", "best")


def test_it_is_never_inferred() -> None:
    assert isinstance(task([place % 4 for place in range(40)], task=None).target, SingleLabel)
    assert not isinstance(task([place % 4 for place in range(40)], task=None).target, Ordinal)


@pytest.mark.parametrize(
    ("labels", "options", "error"),
    [
        (["poor", "best"] * 20, {}, BadSetting),
        ([3] * 40, {}, TooFewClasses),
        ([1, 2] * 20, {"code": "block"}, BadSetting),
    ],
)
def test_what_has_no_order_is_refused(labels: list[Any], options: dict[str, Any], error: type[LitError]) -> None:
    with pytest.raises(error):
        task(labels, **options)


def test_the_record_is_one_of_classes_with_an_order(tmp_path: Any) -> None:
    rows, labels = stream(2)
    np.savez(tmp_path / "steps.npz", features=rows, labels=labels + 1, baseline_features=rows[:, 6:])
    options = {"model": f"features:{tmp_path / 'steps.npz'}", "task": ORDINAL, "orders": 1, "max_examples": 180}
    record = run(from_mapping(options, "the test"))
    record.validate()
    assert (record["dataset"]["kind"], record["dataset"]["class_names"]) == (ORDINAL, list("12345"))
    assert record["holdout"]["metric"] == "accuracy"
    assert record["holdout"]["mean_absolute_steps"] < 1.2
    assert record["transfer"]["interval"][0] > 0
    assert record["baselines"]["shuffled_labels"]["code_minus_class_prior_bits"] <= 2
    assert phrases.holdout(record)
    assert Record.load(record.save(tmp_path / "record"))["coder"]["bank"] == record["coder"]["bank"]
