"""Which states a trace has, in which order, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lit_hf.errors import BadSetting, UsageError
from lit_hf.studies.learned import read_learned
from lit_hf.studies.states import State, find_states


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A Trainer's output folder."""
    for step in (1000, 200, 50):
        (tmp_path / "run" / f"checkpoint-{step}").mkdir(parents=True)
    return tmp_path / "run"


def test_a_trainers_folder_is_its_checkpoints_in_order_of_steps(run: Path) -> None:
    found = find_states(["org/base", str(run)])
    assert [(state.name, state.step) for state in found] == [
        ("org/base", None), ("checkpoint-50", 50), ("checkpoint-200", 200), ("checkpoint-1000", 1000)
    ]  # fmt: skip


def test_a_final_model_beside_the_checkpoints_is_the_last_state(run: Path) -> None:
    (run / "config.json").write_text("{}")
    assert [state.name for state in find_states([str(run)])][-1] == "run (last)"


def test_revisions_are_states_of_one_repository() -> None:
    found = find_states([], "org/m", ["step1000", "143000", "main"])
    assert found == [
        State("org/m@step1000", "step1000", 1000), State("org/m@143000", "143000", 143000),
        State("org/m@main", "main", None),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["sentence-transformers/all-MiniLM-L6-v2", "models/bert-2"])
def test_a_number_in_a_name_is_no_step(name: str) -> None:
    assert find_states([name, "b"])[0].step is None


def test_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    both = [tmp_path / name / "final" for name in "ab"]
    for folder in both:
        folder.mkdir(parents=True)
    assert [state.name for state in find_states([str(each) for each in both])] == [str(each) for each in both]


@pytest.mark.parametrize(
    ("checkpoints", "model", "revisions", "said"),
    [
        ([], None, [], "needs the states"),
        (["a"], None, [], "a second state beside a"),
        (["a", "b", "a"], None, [], "a is given twice"),
        (["a"], None, ["r"], "--revisions needs the repository"),
        (["a"], "org/m", [], "needs the revisions"),
        ([], "org/m", ["r", "r"], "given twice"),
    ],
)
def test_what_is_no_trajectory_is_refused(
    checkpoints: list[str], model: str | None, revisions: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as found:
        find_states(checkpoints, model, revisions)
    assert found.value.next_step


def test_one_folder_spelled_twice_is_given_twice(run: Path) -> None:
    with pytest.raises(UsageError, match="twice"):
        find_states([str(run / "checkpoint-50"), str(run / ".." / "run" / "checkpoint-50")])


def test_features_are_no_state() -> None:
    with pytest.raises(BadSetting, match="forgetting"):
        find_states(["features:a.npz", "b"])


def test_what_was_learned_is_read_in_order_of_the_states() -> None:
    states = find_states(["a", "b", "c"])
    found = read_learned({"x": "c", "y": "1"}, ["x", "y"], states)
    assert [(each.dataset, each.place) for each in found] == [("y", 1), ("x", 2)]


@pytest.mark.parametrize(("given", "said"), [({"z": "a"}, "'z'"), ({"x": "d"}, "state 'd'"), ({"x": "3"}, "state '3'")])
def test_what_was_learned_must_be_traced(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as found:
        read_learned(given, ["x"], find_states(["a", "b", "c"]))
    assert found.value.next_step
