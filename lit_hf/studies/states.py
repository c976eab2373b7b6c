"""The states of a model along its life: checkpoints, revisions of a repository, a Trainer's output folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lit_hf.config import PRECOMPUTED
from lit_hf.errors import BadSetting, UsageError

EXAMPLE = "Try `lit-hf trace DATASET --checkpoint BASE --checkpoint FINETUNED`."
_STEP = re.compile(r"(\d+)\D*$")
_CONFIGS = ("config.json", "modules.json", "adapter_config.json")


@dataclass(frozen=True)
class State:
    """One state: `model` as `lit-hf eval` takes it, the `name` of its row, and its training step where it says one."""

    model: str
    name: str
    step: int | None = None


def find_states(checkpoints: Sequence[str], model: str | None = None, revisions: Sequence[str] = ()) -> list[State]:
    """Return the states in the order in which they are given; a Trainer's folder stands for its checkpoints by step.

    Raises `UsageError` for fewer than two, for one that is given twice, and for revisions without a model.
    """
    found = [state for each in checkpoints for state in _of_checkpoint(each)]
    if revisions and model is None:
        raise UsageError("--revisions needs the repository that they are of.", "Add `--model org/name`.")
    if model is not None:
        if not revisions:
            raise UsageError(
                f"--model {model} needs the revisions that are its states.",
                f"Add `--revisions step1000,step2000`, or give one state: `--checkpoint {model}`.",
            )
        found += [State(f"{model}@{each}", each, _step(each)) for each in revisions]
    _require_states(found)
    return _named_apart(found)


def _of_checkpoint(name: str) -> list[State]:
    if name.startswith(PRECOMPUTED):
        raise BadSetting("checkpoint", name, "a checkpoint; features of several states go to `lit_hf.forgetting`")
    folder = Path(name).expanduser()
    steps = sorted((_step(each.name) or 0, each) for each in folder.glob("checkpoint-*") if each.is_dir())
    if not steps:
        return [State(name, folder.name if folder.is_dir() else name, _step(name))]
    last = [State(name, f"{folder.name} (last)")] if any((folder / file).is_file() for file in _CONFIGS) else []
    return [State(str(each), each.name, step) for step, each in steps] + last


def _step(name: str) -> int | None:
    """Return the number at the end of `checkpoint-500`, `step1000` or `run/step-143000-ckpt`; else None.

    "all-MiniLM-L6-v2" has a number at its end too, which is no step.
    """
    last = name.rpartition("@")[2].rpartition("/")[2]
    found = _STEP.search(last)
    named = re.search(r"step|checkpoint|ckpt|iter|epoch", last, re.IGNORECASE)
    return int(found[1]) if found and (named or last.isdigit()) else None


def _require_states(states: Sequence[State]) -> None:
    if not states:
        raise UsageError("trace needs the states of a model.", EXAMPLE)
    if len(states) == 1:
        raise UsageError(f"trace needs a second state beside {states[0].model}: a change has two ends.", EXAMPLE)
    places = [_place(state.model) for state in states]
    twice = next((state.model for state in states if places.count(_place(state.model)) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is given twice among the states.", "Give each state once, in the order of its life.")


def _place(model: str) -> str:
    """Return what two spellings of one folder have in common."""
    folder = Path(model).expanduser()
    return str(folder.resolve()) if folder.is_dir() else model


def _named_apart(states: Sequence[State]) -> list[State]:
    """Return the states under names that differ: a folder's own where it is the only one of that name."""
    names = [state.name for state in states]
    return [state if names.count(state.name) == 1 else State(state.model, state.model, state.step) for state in states]
