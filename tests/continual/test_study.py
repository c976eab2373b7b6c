"""A whole study on blobs and on tiny texts: what was measured fits together, and the command says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lit_hf
from lit_hf.continual import scenario
from lit_hf.continual.measured import code_rows
from lit_hf.continual.networks import Perceptron
from lit_hf.errors import LitError
from tests.continual import blobs
from tests.support import assets, kinds
from tests.support.command_line import call


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Naive and joint over two seeds, few probes."""
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
        return lit_hf.continual(
            blobs.tasks(blobs.write(folder)), "perceptron", methods=["naive", "joint"], scenario="class", seeds=2,
            epochs=2, max_examples=60,
        )  # fmt: skip


def test_the_result_is_plain_and_has_every_method_and_task(found: dict[str, Any]) -> None:
    json.dumps(found, allow_nan=False)
    assert [each["method"] for each in found["methods"]] == ["naive", "joint"]
    assert all(len(each["tasks"]) == 2 for each in found["methods"])
    assert found["interval_kinds"].keys() == {"of_this_model", "of_the_method"}


def test_what_was_learned_last_is_not_forgotten(found: dict[str, Any]) -> None:
    for each in found["methods"]:
        last = each["tasks"][-1]
        assert last["forgotten"]["bits"] == 0.0
        assert last["head_given"]["bits"] == last["accuracy_lost_free"] == 0.0


def test_the_first_task_is_gained_alike_for_methods_that_share_it(found: dict[str, Any]) -> None:
    naive, joint = (each["tasks"][0] for each in found["methods"])
    assert naive["gained"] == joint["gained"]
    assert naive["forward"]["bits"] == 0.0  # state 0 comes before the first task


def test_accuracy_without_task_names_is_lost_by_naive_and_kept_by_joint(found: dict[str, Any]) -> None:
    naive, joint = (each["tasks"][0] for each in found["methods"])
    assert naive["accuracy_free"] < joint["accuracy_free"] - 0.2
    assert naive["accuracy_lost_free"] > 0.2


def test_means_are_over_seeds_and_each_seed_has_its_interval(found: dict[str, Any]) -> None:
    cell = found["methods"][0]["tasks"][0]["forgotten"]
    assert cell["bits"] == pytest.approx(np.mean([seed["bits"] for seed in cell["seeds"]]))
    assert cell["of_the_method"][0] < cell["bits"] < cell["of_the_method"][1]
    for seed in cell["seeds"]:
        assert seed["of_this_model"][0] < seed["bits"] < seed["of_this_model"][1]


def test_one_seed_has_no_interval_of_the_method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant",))
    specs = blobs.tasks(blobs.write(tmp_path))
    one = lit_hf.continual(specs, "perceptron", methods=["naive"], seeds=1, epochs=1, max_examples=40, never=False)
    task = one["methods"][0]["tasks"][0]
    assert task["gained"]["of_the_method"] is None
    assert task["gained"]["of_the_method_reason"] == "one training seed says nothing of other trainings"
    assert task["kept_beyond_never"] is None
    assert task["kept_beyond_never_reason"]


def test_training_on_random_labels_gains_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of labels that have nothing to do with the rows there is nothing to know: no seed is above 0."""
    random = np.random.default_rng(1)
    np.savez(
        tmp_path / "noise.npz",
        features=random.normal(size=(400, 6)).astype(np.float32),
        labels=random.integers(0, 4, 400),
    )
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant",))
    specs = blobs.tasks(f"features:{tmp_path / 'noise.npz'}")
    noise = lit_hf.continual(specs, "perceptron", methods=["naive"], seeds=3, epochs=4, max_examples=80, never=False)
    for seed in noise["methods"][0]["tasks"][0]["gained"]["seeds"]:
        assert seed["of_this_model"][0] <= 0


def test_more_epochs_gain_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On real digits: a network that has learned longer codes the labels of new ones shorter."""
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
    pixels, classes = assets.digits()
    np.savez(tmp_path / "digits.npz", features=pixels, labels=classes)
    file = f"features:{tmp_path / 'digits.npz'}"
    specs = [f"{file}:labels=0,1,2,3,4", f"{file}:labels=5,6,7,8,9"]
    gains = [
        lit_hf.continual(specs, "perceptron", methods=["naive"], seeds=1, epochs=epochs, max_examples=250, never=False)
        for epochs in (1, 12)
    ]
    first, last = (each["methods"][0]["tasks"][0]["gained"]["bits"] for each in gains)
    assert last > first + 5


def test_a_state_read_twice_costs_the_same(tmp_path: Path) -> None:
    lesson = blobs.scenario(tmp_path).lessons[0]
    state = Perceptron(blobs.DIM, 4, 0)
    codes = [
        code_rows(state.snapshot().read(lesson.coded)[0], lesson.coded_labels, lesson.groups, lesson.target, 1)
        for _ in range(2)
    ]
    assert codes[0].bits == codes[1].bits


def test_the_command_learns_from_texts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(scenario, "NEEDED", 5)
    monkeypatch.setattr("lit_hf.probes.bank.KINDS", ("discriminant",))
    given = ("continual", "classes.csv", "steps.csv", "--model", "bert-a", "--seeds", "1", "--epochs", "1")
    ended = call(*given, "--methods", "naive,lora", "--no-never", "-o", "out").require_fine()
    assert "classes.csv" in ended
    assert "lora=8" in ended
    stored = json.loads((tmp_path / "out" / "continual.json").read_text())
    assert [each["method"] for each in stored["methods"]] == ["naive", "lora=8"]
    quiet = call(*given, "--methods", "naive", "--no-never", "-f", "quiet").require_fine()
    assert float(quiet) == stored["methods"][0]["backward_bits"]["bits"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "the model that learns"),
        (("--model", "perceptron", "--methods", "naive,si"), "one of naive"),
        (("--model", "perceptron", "--methods", "lora"), "left out for a perceptron"),
        (("--model", "perceptron", "--methods", ","), "needs a method"),
        (("--model", "perceptron", "--methods", "ewc,ewc=10000"), "names one twice"),
        (("--model", "perceptron", "--rate", "2"), "no learning rate"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_words(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    assert said in " ".join(call("continual", *blobs.tasks(blobs.write(tmp_path)), *more).require_refused().split())


def test_one_task_is_refused() -> None:
    with pytest.raises(LitError, match="at least two"):
        lit_hf.continual(["a.csv"], "perceptron")
