"""Every method is held to the laws of `lit_hf.continual.contract.Method`, by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.continual.contract import Learner
from lit_hf.continual.methods import DEFAULT, METHODS, make_method
from lit_hf.continual.methods.ewc import Ewc
from lit_hf.continual.methods.lwf import Lwf
from lit_hf.continual.methods.replay import Replay
from lit_hf.continual.networks import Learning, Perceptron, TextNetwork
from lit_hf.continual.scenario import Lesson, Scenario
from lit_hf.continual.sequence import Sequences, Training
from lit_hf.errors import BadSetting
from lit_hf.tasks.targets import SingleLabel
from tests.continual import blobs
from tests.support import tiny

TRAINING = Training(epochs=2, batch=16)
ROWS = [name for name in METHODS if name != "lora"]
every = pytest.mark.parametrize("name", METHODS)


def text_scenario(kind: str = "task") -> Scenario:
    """Two lessons of texts, whose labels are the parity of their places."""

    def lesson(start: int, outputs: list[int]) -> Lesson:
        found, labels = tiny.texts(48, start), np.arange(48) % 2
        return Lesson(
            f"texts {start}", SingleLabel(tuple(map(str, outputs))), np.array(outputs), found[:24],
            np.array(outputs)[labels[:24]], found[24:], labels[24:], np.arange(24),
        )  # fmt: skip

    return Scenario(kind, (lesson(0, [0, 1]), lesson(60, [2, 3])), ("0", "1", "2", "3"))


def made(name: str, folder: Path, kind: str = "task") -> Sequences:
    """Return sequences in which the method can learn."""
    if name != "lora":
        return Sequences(blobs.scenario(folder, kind), lambda seed: Perceptron(blobs.DIM, 4, seed), TRAINING)
    from lit_hf.encoders import wrap_encoder
    from lit_hf.encoders.text import TextEncoder

    encoder = wrap_encoder(tiny.bert(0), tiny.tokenizer())
    assert isinstance(encoder, TextEncoder)
    return Sequences(text_scenario(kind), lambda seed: TextNetwork(encoder, 4, seed), TRAINING)


def learner_of(sequences: Sequences) -> Learner:
    origin = sequences.make(0).snapshot()
    network = origin.snapshot().requires_grad_(True)
    return Learner(network, sequences.scenario, np.random.default_rng(0), origin, [0])


def weights(state: Learning) -> dict[str, torch.Tensor]:
    return {name: each for name, each in state.state_dict().items() if "lora" not in name}


@every
def test_before_anything_was_learned_the_loss_is_that_of_the_batch(name: str, tmp_path: Path) -> None:
    learner, method = learner_of(made(name, tmp_path)), make_method(name)
    pool = method.before_task(learner)
    batch = pool.take(np.arange(16))
    loss = method.loss(learner, batch)
    assert loss.item() == learner.loss(batch).item()
    loss.backward()  # type: ignore[no-untyped-call]
    slopes = [each.grad for each in learner.network.parameters() if each.grad is not None]
    assert any(bool(slope.abs().sum() > 0) for slope in slopes)


@every
def test_the_same_seed_gives_the_same_weights_and_another_gives_others(name: str, tmp_path: Path) -> None:
    first, again = (made(name, tmp_path).states(name, 3, [0, 1])[-1] for _ in range(2))
    other = made(name, tmp_path).states(name, 4, [0, 1])[-1]
    for key, each in weights(first).items():
        assert torch.equal(each, weights(again)[key]), key
    assert any(not torch.equal(each, weights(other)[key]) for key, each in weights(first).items())


@every
def test_a_state_that_was_taken_does_not_learn_on(name: str, tmp_path: Path) -> None:
    sequences = made(name, tmp_path)
    origin, first, last = sequences.states(name, 0, [0, 1])
    assert len({origin, first, last}) == 3
    for one, other in ((origin, first), (first, last)):
        assert any(
            not torch.equal(each, weights(other)[key]) for key, each in weights(one).items() if key in weights(other)
        )
    assert not any(each.requires_grad for each in first.parameters())


@every
def test_a_task_that_has_not_begun_cannot_be_seen(name: str, tmp_path: Path) -> None:
    learner, method = learner_of(made(name, tmp_path)), make_method(name)
    seen = set(method.before_task(learner).lessons.tolist())
    assert seen == {0}
    with pytest.raises(ValueError, match="not begun"):
        learner.pool(1)


@pytest.mark.parametrize("kind", ["task", "class"])
@pytest.mark.parametrize("name", ROWS)
def test_methods_learn_both_tasks_of_two(name: str, kind: str, tmp_path: Path) -> None:
    """The newest task is known afterwards, whatever the method does for the first one."""
    sequences = made(name, tmp_path, kind)
    lesson = sequences.scenario.lessons[1]
    state = sequences.states(make_method(name).called, 0, [0, 1])[-1]
    found = state.read(lesson.coded)[1][:, lesson.outputs].argmax(1)
    assert (found == lesson.coded_labels).mean() > 0.6


def test_the_first_lesson_is_shared_and_is_what_each_method_would_learn(tmp_path: Path) -> None:
    sequences = made("naive", tmp_path)
    states = {name: sequences.states(name, 0, [0, 1]) for name in ROWS}
    assert len({states[name][1] for name in ROWS}) == 1
    for name in ROWS:
        alone = made(name, tmp_path).states(name, 0, [0, 1])[2]
        for key, each in weights(alone).items():
            assert torch.equal(each, weights(states[name][2])[key]), f"{name}: {key}"


def test_a_reservoir_has_every_example_with_the_same_chance(tmp_path: Path) -> None:
    counts = np.zeros(2)
    for seed in range(40):
        learner, method = learner_of(made("replay", tmp_path)), Replay(20)
        learner.random = np.random.default_rng(seed)
        for lesson in (0, 1):
            learner.begun = list(range(lesson + 1))
            method.after_task(learner)
        assert method.kept is not None
        assert len(method.kept) == 20
        counts += np.bincount(method.kept.lessons, minlength=2)
    shares, sizes = counts / counts.sum(), [len(learner.pool(each)) for each in (0, 1)]
    assert shares[0] == pytest.approx(sizes[0] / sum(sizes), abs=4 * 0.5 / np.sqrt(counts.sum()))


def test_the_stronger_ewc_moves_less(tmp_path: Path) -> None:
    def moved(name: str) -> float:
        _, first, last = made("ewc", tmp_path).states(name, 0, [0, 1])
        return sum(float((weights(last)[key] - each).square().sum()) for key, each in weights(first).items())

    assert moved("ewc=100000") < moved("ewc=10") < 1.2 * moved("naive")


def test_fisher_information_is_no_less_than_zero_and_of_every_layer(tmp_path: Path) -> None:
    learner, method = learner_of(made("ewc", tmp_path)), Ewc()
    method.after_task(learner)
    [(_, fisher)] = method.held
    assert all(bool((each >= 0).all()) and float(each.sum()) > 0 for each in fisher.values())


def test_lwf_groups_classes_by_what_is_known(tmp_path: Path) -> None:
    for kind, groups in (("task", [[0, 1], [2, 3]]), ("class", [[0, 1, 2, 3]])):
        learner, method = learner_of(made("lwf", tmp_path, kind)), Lwf()
        learner.begun = [0, 1]
        method.after_task(learner)
        assert [each.tolist() for each in method.groups] == groups


def test_an_adapter_is_merged_and_leaves_a_plain_network(tmp_path: Path) -> None:
    origin, _, last = made("lora", tmp_path).states("lora", 0, [0, 1])
    assert weights(origin).keys() == last.state_dict().keys()


def test_lora_is_refused_for_a_perceptron(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="perceptron"):
        make_method("lora").before_task(learner_of(made("naive", tmp_path)))


@pytest.mark.parametrize("name", DEFAULT)
def test_a_method_is_called_by_what_makes_it(name: str) -> None:
    assert make_method(make_method(name).called).called == make_method(name).called


@pytest.mark.parametrize(
    ("name", "said"), [("si", "one of naive"), ("naive=3", "no strength"), ("ewc=x", "above 0"), ("ewc=-1", "above 0")]
)
def test_an_unknown_method_is_refused(name: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        make_method(name)
