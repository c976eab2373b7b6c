"""Every kind of label is held to the laws of `lit_hf.tasks.targets.contract.Target`, by name."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from lit_hf.coding.codelength import gather
from lit_hf.coding.opinion import Opinion, together
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.config import from_mapping
from lit_hf.errors import LitError
from lit_hf.tasks import targets
from lit_hf.tasks.schema import Column, Schema
from lit_hf.tasks.targets import KINDS, HeldOut, MultiLabel, Regression, SingleLabel, Target
from lit_hf.tasks.targets.ordinal import Ordinal

N, DIM = 72, 6
CHEAP = Code(probes=("ridge",))
Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Case:
    """One target on toy data: `draw` gives labels for rows [N, DIM]; `table`: raw values that are these labels."""

    target: Target
    draw: Draw
    table: Callable[[np.ndarray], dict[str, list[Any]]]
    columns: tuple[str, ...] = ("label",)
    schema_type: str = "integer"

    @property
    def schema(self) -> Schema:
        return {"text": Column("text", "text")} | {name: Column(name, self.schema_type) for name in self.columns}


CASES = {
    "single_label": Case(
        SingleLabel(("no", "yes", "maybe"), ("a", "b", "c")),
        lambda draw, rows: np.digitize(rows[:, 0] + 0.5 * draw.normal(size=len(rows)), (-0.5, 0.5)),
        lambda labels: {"label": ["abc"[label] for label in labels]},
        schema_type="text",
    ),
    "multi_label": Case(
        MultiLabel(("x", "y")),
        lambda draw, rows: (rows[:, :2] + 0.5 * draw.normal(size=(len(rows), 2)) > 0).astype(np.int64),
        lambda labels: {"x": labels[:, 0].tolist(), "y": labels[:, 1].tolist()},
        ("x", "y"),
    ),
    "ordinal": Case(
        Ordinal(("1", "1.5", "2", "3"), (1.0, 1.5, 2.0, 3.0)),
        lambda draw, rows: np.digitize(rows[:, 0] + 0.5 * draw.normal(size=len(rows)), (-0.7, 0.0, 0.7)),
        lambda labels: {"label": [(1.0, 1.5, 2.0, 3.0)[label] for label in labels]},
        schema_type="number",
    ),
    "regression": Case(
        Regression(0.25),
        lambda draw, rows: np.round(8 * rows[:, 0] + draw.normal(size=len(rows))).astype(np.int64),
        lambda labels: {"label": (labels * 0.25).tolist()},
        schema_type="number",
    ),
}
every = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def data(case: Case, seed: int = 0) -> tuple[np.ndarray, Examples]:
    """Return rows [N, DIM] and labels that depend on them; pairs of examples are groups."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(N, DIM)).astype(np.float32)
    return rows, Examples(case.draw(draw, rows), np.repeat(np.arange(N // 2), 2))


def test_every_kind_has_its_case() -> None:
    assert {kind.name for kind in KINDS} == CASES.keys()
    asked = [kind.asked_as for kind in KINDS if kind.asked_as is not None]
    assert len(set(asked)) == len(asked)
    assert set(targets.asked()) == set(asked)
    assert KINDS[-1] is SingleLabel


@every
def test_raw_values_become_the_labels_they_are(case: Case) -> None:
    _, examples = data(case)
    table = case.table(examples.labels)
    settings = from_mapping({"model": "m", "dataset": "d", "task": case.target.asked_as}, "the test")
    target = type(case.target).read(table, case.columns, case.schema, settings)
    assert type(target) is type(case.target)
    own, known = case.target.encode(table, case.columns)
    np.testing.assert_array_equal(own, examples.labels)
    read, also = target.encode(table, case.columns)
    # The numbers of bins depend on the smallest target of the split; which rows are alike, and their order, do not.
    for one, other in zip(*(np.unique(each, axis=0, return_inverse=True)[1:] for each in (own, read)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert known.all()
    assert also.all()


@every
def test_a_missing_label_is_known_to_be_missing(case: Case) -> None:
    _, examples = data(case)
    table = {name: [None, *column[1:]] for name, column in case.table(examples.labels).items()}
    labels, known = case.target.encode(table, case.columns)
    assert (labels.shape, known[0], known[1:].all()) == (examples.labels.shape, False, True)


@every
def test_it_finds_itself_when_it_is_asked_for(case: Case) -> None:
    asked = {"task": case.target.asked_as, "label_column": ",".join(case.columns)}
    found = type(case.target).find(case.schema, from_mapping({"model": "m", "dataset": "d", **asked}, "the test"))
    assert found is not None
    assert (found.inputs.text, found.labels, found.kind.NAME) == ("text", case.columns, "text-classification")


@every
def test_different_labels_are_different_texts(case: Case) -> None:
    _, examples = data(case)
    rows = {str(row): row for row in examples.labels}
    identity = case.target.identity(np.array(list(rows.values())))
    assert len(set(identity)) == len(rows)
    assert len({case.target.speak(row) for row in np.array(list(rows.values())).tolist()}) == len(rows)


@every
def test_the_code_told_to_go_to_the_end_is_the_code(case: Case) -> None:
    rows, examples = data(case)
    coder = case.target.coder(rows, examples, Order(1, 3), CHEAP)
    part = coder.advance(to=N // 2)
    assert 0 < part <= N // 2
    np.testing.assert_array_equal(
        coder.curve().bits, case.target.code_order(rows, examples, Order(1, 3), CHEAP).bits[:part]
    )
    assert coder.advance() == N
    np.testing.assert_array_equal(coder.curve().bits, case.target.code_order(rows, examples, Order(1, 3), CHEAP).bits)


@every
def test_the_code_after_nothing_is_the_code_and_each_edge_is_a_code_of_its_own(case: Case) -> None:
    rows, examples = data(case)
    past, tail = np.arange(48), np.arange(48, N)
    found = case.target.code_after(rows, examples, CHEAP, past, tail, [0, 20, 48])
    alone = Examples(examples.labels[48:], examples.groups[48:])
    whole = case.target.code_order(rows[48:], alone, Order(), CHEAP).bits
    np.testing.assert_allclose(found[0].bits, whole, rtol=1e-12)  # mixtures are differences of sums here
    assert found[0].before == 0
    changed = case.target.code_after(rows, examples, CHEAP, np.concatenate([past[:20], past[:19:-1]]), tail, [20, 48])
    np.testing.assert_allclose(changed[20].bits, found[20].bits, rtol=1e-12)
    assert changed[48].total != found[48].total
    null = case.target.null_bits(examples.labels, examples.groups).sum()
    assert found[48].before + found[48].total <= null + case.target.null_slack + 1e-6


@every
def test_a_label_changes_no_bits_before_its_group(case: Case) -> None:
    rows, examples = data(case)
    changed = examples.labels.copy()
    changed[40:] = changed[40:][::-1]
    bits = [
        case.target.code_order(rows, examples.with_labels(labels), Order(), CHEAP).bits
        for labels in (examples.labels, changed)
    ]
    np.testing.assert_array_equal(bits[0][:40], bits[1][:40])
    assert (bits[0][40:] != bits[1][40:]).any()


@every
def test_a_longer_stream_begins_alike(case: Case) -> None:
    rows, examples = data(case)
    short = case.target.code_order(rows[:48], examples.first(48), Order(), CHEAP)
    whole = case.target.code_order(rows, examples, Order(), CHEAP)
    edge = int(short.edges[-2])
    np.testing.assert_array_equal(short.bits[:edge], whole.bits[:edge])


@every
@pytest.mark.parametrize("seed", range(3))
def test_labels_that_have_nothing_to_do_with_the_rows_cost_at_most_the_slack(case: Case, seed: int) -> None:
    rows, examples = data(case, seed)
    shuffled = np.random.default_rng(seed + 10).permutation(examples.labels)
    found = case.target.code_order(rows, examples.with_labels(shuffled), Order(), CHEAP)
    null = case.target.null_bits(shuffled[found.index], found.groups)
    assert null.shape == (N,)
    assert found.total <= null.sum() + case.target.null_slack + 1e-6
    if case.target.uniform_bits is not None:
        assert found.total <= N * case.target.uniform_bits + 2 * case.target.codes + 1e-6


@every
def test_bounded_bits_are_bounded_and_hardly_longer(case: Case) -> None:
    bits = np.array([0.0, 0.5, 3.0, 200.0])
    found = case.target.bounded(bits)
    if case.target.largest_loss is None:
        np.testing.assert_array_equal(found, bits)
        return
    assert found.max() <= case.target.largest_loss + 1e-9
    assert found[-1] > case.target.largest_loss - 0.01
    assert (found[:3] <= bits[:3] + 0.0015).all()


@every
def test_predictions_of_held_out_labels_are_judged(case: Case) -> None:
    rows, examples = data(case)
    curve = case.target.code_order(rows[:60], examples.first(60), Order(), CHEAP, held_out=rows[60:])
    judge, predicted = HeldOut(case.target, examples.labels[60:]), curve.held_out[60]
    assert judge.bits(predicted).shape == (12,)
    assert np.isfinite(judge.bits(predicted)).all()
    assert judge.at(predicted)[case.target.metric] == judge.value(predicted)
    assert "accuracy" in judge.at(predicted)
    assert np.isfinite([judge.value(predicted), *judge.more(predicted).values()]).all()


@every
def test_its_part_of_the_record_is_plain(case: Case) -> None:
    import json

    rows, examples = data(case)
    curve = case.target.code_order(rows, examples, Order(), CHEAP)
    arm = gather((curve,), examples.groups, case.target.bank(CHEAP))
    found = case.target.calibrations({"encoder": arm, "baseline": None})
    assert (found["calibration"] is None) == ("calibration_reason" in found)
    measures = case.target.measures(examples.labels, {"bits": arm, "baseline_bits": None})
    section = case.target.section()
    assert {"classes", "class_names"} <= section.keys()
    assert (section["classes"] is None) == (not case.target.names)
    json.dumps([found, measures, section, case.target.note], allow_nan=False)


@every
def test_it_travels_and_its_rule_has_a_hash(case: Case) -> None:
    assert pickle.loads(pickle.dumps(case.target)) == case.target
    assert hash(case.target.rule) == hash(pickle.loads(pickle.dumps(case.target.rule)))
    assert case.target.bank(Code()) == case.target.bank(Code())
    assert case.target.bank(Code()) != case.target.bank(Code(device="cuda"))
    assert (case.target.uniform_bits is None) == (case.target.largest_loss is None)


@every
def test_the_same_calls_give_the_same_floats(case: Case) -> None:
    rows, examples = data(case)
    first, again = (case.target.code_order(rows, examples, Order(2, 1), CHEAP) for _ in range(2))
    np.testing.assert_array_equal(first.bits, again.bits)


@every
def test_the_loss_has_a_gradient_and_is_less_where_outputs_are_learned(case: Case) -> None:
    import torch

    rows, examples = data(case)
    inputs, labels = torch.from_numpy(rows), torch.from_numpy(examples.labels)
    weights = torch.zeros(DIM, case.target.outputs, requires_grad=True)
    shift = torch.zeros(case.target.outputs, requires_grad=True)
    train = torch.optim.Adam([weights, shift], lr=0.1)
    losses = []
    for _ in range(40):
        loss = case.target.loss(inputs @ weights + shift, labels)
        assert loss.shape == ()
        train.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        train.step()
        losses.append(loss.item())
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.9 * losses[0]


@every
def test_the_loss_of_a_batch_is_the_mean_over_its_labels(case: Case) -> None:
    import torch

    _, examples = data(case)
    labels = torch.from_numpy(examples.labels)
    outputs = torch.randn(N, case.target.outputs, generator=torch.Generator().manual_seed(0))
    single = [case.target.loss(outputs[i : i + 1], labels[i : i + 1]).item() for i in range(N)]
    assert case.target.loss(outputs, labels).item() == pytest.approx(np.mean(single), rel=1e-5)  # float32 sums


def test_a_class_that_cannot_be_has_no_part_in_the_loss() -> None:
    import torch

    outputs = torch.tensor([[1.0, 2.0, -torch.inf]], requires_grad=True)
    loss = SingleLabel(("a", "b", "c")).loss(outputs, torch.tensor([0]))
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == pytest.approx(np.log(1 + np.e), rel=1e-6)
    assert outputs.grad is not None
    assert outputs.grad[0, 2] == 0


def test_labels_of_one_class_and_the_words_of_a_bin() -> None:
    with pytest.raises(LitError):
        SingleLabel(("a", "b")).require_usable(np.zeros(30, np.int64))
    assert replace(Regression(1.0), width=2.0).speak(3) == "6"


def opinion_of(case: Case, features: np.ndarray, labels: np.ndarray, groups: np.ndarray, number: int = 0) -> Opinion:
    order = Order(number, 5, keep_first=False, folds=5)
    return case.target.opinion(features, Examples(labels, groups), order, CHEAP)


@pytest.mark.parametrize("name", CASES)
def test_no_label_and_no_copy_has_a_part_in_what_is_said_of_it(name: str) -> None:
    case, draw = CASES[name], np.random.default_rng(3)
    features = draw.normal(size=(N, DIM)).astype(np.float32)
    features[1] = features[0]
    labels, groups = case.draw(draw, features), np.maximum(np.arange(N) - 1, 0)
    other = labels.copy()
    other[:2] = case.target.mistaken(labels, np.array([0, 1]), draw)
    for number in range(5):
        before, after = (opinion_of(case, features, each, groups, number) for each in (labels, other))
        assert np.array_equal(before.position, after.position)
        assert before.table[:2] == pytest.approx(after.table[:2], abs=_looks_at_ends(case))
        assert not np.array_equal(before.chance[:2], after.chance[:2])


def _looks_at_ends(case: Case) -> float:
    """Return what the median of a number may move by: it is halved for between the ends of all labels."""
    return 1e-3 if isinstance(case.target, Regression) else 0.0


@pytest.mark.parametrize("name", CASES)
def test_suggestions_are_other_labels_and_the_likelier_the_cheaper(name: str) -> None:
    case, draw = CASES[name], np.random.default_rng(4)
    features = draw.normal(size=(N, DIM)).astype(np.float32)
    labels = case.draw(draw, features)
    found = together([opinion_of(case, features, labels, np.arange(N), number) for number in range(5)])
    suggested, bits = case.target.suggested(labels, found.table)
    assert suggested.shape == labels.shape
    assert (bits >= 0).all()
    assert np.isfinite(found.bits).all()
    wrong = labels.copy()
    wrong[:9] = case.target.mistaken(labels, np.arange(9), draw)
    assert [case.target.speak(each) for each in wrong[:9]] != [case.target.speak(each) for each in labels[:9]]
    assert all(np.any(one != other) for one, other in zip(wrong[:9], labels[:9], strict=True))


@pytest.mark.parametrize("name", ["single_label", "ordinal"])
def test_confusions_are_drawn_among_other_classes(name: str) -> None:
    case, draw = CASES[name], np.random.default_rng(5)
    labels = case.draw(draw, draw.normal(size=(N, DIM)))
    table = draw.dirichlet(np.ones(len(case.target.names)), N)
    table[:, 0] = 0  # nothing is ever taken for the first
    found = case.target.confused(labels, table, 20, draw)
    assert found is not None
    rows, others = found
    assert len(set(rows.tolist())) == 20
    assert (others != labels[rows]).all()
    assert (others > 0).all()
