"""A scenario: tasks one after the other, each split by content into a part that is learned and a part that is coded.

    task    the task of an example is known: its classes alone compete
    class   it is not: all classes so far compete
    domain  every task has the same classes

One head has an output for each name of a class; tasks with equal names share their outputs. The hash of an input's
content decides its side, so that copies fall on one side, in every task and for every seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.config import PRECOMPUTED, from_mapping
from lit_hf.errors import BadSetting, TooFewClasses, TooFewExamples, UsageError
from lit_hf.tasks import Task, load_task
from lit_hf.tasks.targets import SingleLabel

SCENARIOS = ("task", "class", "domain")
PERCEPTRON = "perceptron"
NEEDED = 20
_ALL = 2**31 - 1
_OF = ":labels="


@dataclass(frozen=True, eq=False)
class Lesson:
    """One task: what is learned and what is coded; inputs are texts, or rows float32 [d]."""

    name: str
    target: SingleLabel
    """Its own classes: the coded labels are numbered by them."""
    outputs: np.ndarray
    """int64 [C]: the place of each of its classes among the outputs of the one head."""
    learned: list[Any]
    learned_labels: np.ndarray
    """int64 [n], places among the outputs."""
    coded: list[Any]
    coded_labels: np.ndarray
    """int64 [m], in the order of the stream; numbered by `target`."""
    groups: np.ndarray
    """int64 [m], non-decreasing, from 0 on."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """The lessons in their order, and the classes of the one head."""

    kind: str
    lessons: tuple[Lesson, ...]
    classes: tuple[str, ...]

    @property
    def target(self) -> SingleLabel:
        """What the outputs are."""
        return SingleLabel(self.classes)

    def allowed(self, lesson: int, after: int) -> np.ndarray:
        """Return which outputs compete for an example of `lesson` when `after` is the last that was begun: bool [C]."""
        return self.mask([lesson] if self.kind == "task" else [*range(after + 1), lesson])

    def mask(self, lessons: Sequence[int]) -> np.ndarray:
        """Return which outputs belong to any of `lessons`: bool [C]."""
        found = np.zeros(len(self.classes), dtype=bool)
        for each in lessons:
            found[self.lessons[each].outputs] = True
        return found


@dataclass(frozen=True)
class Sizes:
    """At most so many labels of a task are learned and coded."""

    learned: int = 10_000
    coded: int = 1_000


def read_scenario(
    specs: Sequence[str], kind: str, model: str, given: Mapping[str, Any], sizes: Sizes
) -> Scenario:  # fmt: skip
    """Return the scenario of `DATASET` or `DATASET:labels=a,b,c` each.

    given: fields of `Settings` that say how data are read. Raises `UsageError` for fewer than two tasks, and for
    classes that the scenario cannot have; `BadSetting`, `TooFewClasses` and `TooFewExamples` for a task that is none.
    """
    if kind not in SCENARIOS:
        raise BadSetting.one_of("scenario", kind, SCENARIOS)
    if len(specs) < 2:
        raise UsageError(
            f"continual needs at least two tasks, and {len(specs)} is given.",
            "Try `lit-hf continual 'DATA.csv:labels=a,b' 'DATA.csv:labels=c,d' --model MODEL`.",
        )
    twice = next((spec for spec in specs if specs.count(spec) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is given twice among the tasks.", "Give each task once.")
    parts = [_read(spec, model, given) for spec in specs]
    names = [tuple(chosen) for _, _, chosen in parts]
    _require_classes(kind, specs, names)
    classes = tuple(dict.fromkeys(name for each in names for name in each))
    lessons = tuple(
        _lesson(spec, task, chosen, classes, sizes, rows)
        for spec, (task, rows, chosen) in zip(specs, parts, strict=True)
    )
    return Scenario(kind, lessons, classes)


def _read(spec: str, model: str, given: Mapping[str, Any]) -> tuple[Task, np.ndarray | None, list[str]]:
    """Return the whole task of a dataset, its rows where it is one of features, and the chosen classes."""
    name, sign, labels = spec.rpartition(_OF)
    dataset = name if sign else spec
    rows = None
    if dataset.startswith(PRECOMPUTED):
        from lit_hf.runtime.precomputed import read_precomputed

        rows = read_precomputed(dataset).features
    if (rows is None) == (model == PERCEPTRON):
        wanted = f"`{PERCEPTRON}`, which alone learns from features:FILE" if rows is not None else "a text encoder"
        raise BadSetting("model", model, f"{wanted}, for {dataset}")
    task = load_task(from_mapping(
        {**given, "model": dataset if rows is not None else model, "dataset": dataset, "max_examples": _ALL},
        "continual",
    ))  # fmt: skip
    if type(task.target) is not SingleLabel or task.medium not in ("text", "row"):
        raise BadSetting("task", task.kind, f"one of classes of texts or of features for continual, not {dataset}")
    known = list(task.target.classes)
    chosen = [each.strip() for each in labels.split(",")] if sign else known
    for each in chosen:
        if each not in known:
            raise BadSetting("labels", each, f"one of the classes of {dataset}: {', '.join(known[:20])}")
    if len(set(chosen)) < 2:
        raise TooFewClasses(len(set(chosen)))
    return task, rows, list(dict.fromkeys(chosen))


def _require_classes(kind: str, specs: Sequence[str], names: Sequence[tuple[str, ...]]) -> None:
    """Raise `UsageError` where tasks share some classes and not all, or where the scenario wants none or all shared."""
    for place, mine in enumerate(names):
        for other, theirs in zip(specs[:place], names[:place], strict=True):
            shared, same = set(mine) & set(theirs), set(mine) == set(theirs)
            if shared and not same:
                raise UsageError(
                    f"{specs[place]} and {other} overlap: both have {', '.join(sorted(shared))}, and not all.",
                    "Give tasks whose classes are all different, or all the same: `DATA.csv:labels=a,b,c`.",
                )
            if kind == "class" and same:
                raise UsageError(
                    f"{specs[place]} and {other} have the same classes.",
                    "Write `--scenario domain`, where all tasks share them.",
                )
            if kind == "domain" and not same:
                raise UsageError(
                    f"{specs[place]} and {other} have different classes.",
                    "Write `--scenario task` or `--scenario class`.",
                )


def _lesson(
    spec: str, task: Task, chosen: Sequence[str], classes: Sequence[str], sizes: Sizes, rows: np.ndarray | None
) -> Lesson:  # fmt: skip
    target = SingleLabel(tuple(chosen))
    own = np.full(len(task.classes), -1)
    own[[task.classes.index(name) for name in chosen]] = np.arange(len(chosen))
    outputs = np.array([classes.index(name) for name in chosen])
    sides = _sides(task, rows)
    labels = own[task.labels]
    learned = np.flatnonzero((labels >= 0) & ~sides[task.groups])[: sizes.learned]
    coded = _whole_groups(np.flatnonzero((labels >= 0) & sides[task.groups]), task.groups, sizes.coded)
    for part in (coded, learned):
        if len(part) < NEEDED:
            raise TooFewExamples(len(part), NEEDED)
        target.require_usable(labels[part])

    def items(part: np.ndarray) -> list[Any]:
        found = [task.inputs[member] for member in task.members[part]]
        return found if rows is None else [rows[number] for number in found]

    return Lesson(
        spec, target, outputs, items(learned), outputs[labels[learned]], items(coded), labels[coded],
        np.unique(task.groups[coded], return_inverse=True)[1].astype(np.int64),
    )  # fmt: skip


def _sides(task: Task, rows: np.ndarray | None) -> np.ndarray:
    """Return which groups are coded, bool [G]: half of them, by the smallest hash of an input's form."""
    from lit_hf.tasks.stream import form_of

    digests = dict[int, bytes]()
    for group, member in zip(task.groups.tolist(), task.members.tolist(), strict=True):
        value = task.inputs[member]
        form = form_of(value) if rows is None else rows[value].tobytes()  # type: ignore[index]
        digest = hashlib.blake2b(form, digest_size=8, key=b"lit-hf continual").digest()
        digests[group] = min(digest, digests.get(group, digest))
    return np.array([digests[group][0] & 1 for group in range(len(digests))], dtype=bool)


def _whole_groups(places: np.ndarray, groups: np.ndarray, limit: int) -> np.ndarray:
    """Return the first `limit` of `places`, less the last group where it would be cut."""
    if len(places) <= limit:
        return places
    return places[: int(np.searchsorted(groups[places], groups[places[limit]]))]
