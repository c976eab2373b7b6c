"""What a state knows of a task: the code of its features, and the code of its own head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.codes.outputs import head_bits
from lit_hf.coding.codelength import Codelength, gather
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.measures.intervals import by_group
from lit_hf.runtime.units import side_by_side
from lit_hf.tasks.targets import SingleLabel

if TYPE_CHECKING:
    from lit_hf.continual.networks import Learning
    from lit_hf.continual.scenario import Lesson, Scenario


@dataclass(frozen=True, eq=False)
class HeadCode:
    """The labels by the model's own head: bits by group [1, G] in stream order, and accuracy."""

    bits: np.ndarray
    accuracy: float


@dataclass(frozen=True, eq=False)
class Known:
    """Of one state and one task: features coded by probes; the head, the task given or among all classes so far."""

    features: Codelength
    given: HeadCode
    free: HeadCode


def measure(state: Learning, scenario: Scenario, place: int, after: int, orders: int) -> Known:
    """Return what `state`, which has begun the lessons up to `after` (-1: none), knows of lesson `place`."""
    lesson = scenario.lessons[place]
    rows, outputs = state.read(lesson.coded)
    seen = range(after + 1)
    return Known(
        code_rows(rows, lesson.coded_labels, lesson.groups, lesson.target, orders),
        _head(outputs, lesson, scenario.mask([place])),
        _head(outputs, lesson, scenario.mask([*seen, place])),
    )


def measure_seen(state: Learning, scenario: Scenario, lessons: Sequence[int], limit: int, orders: int) -> Codelength:
    """Return the code of all `lessons` together, their classes side by side, at most `limit` labels in all."""
    share = max(limit // len(lessons), 1)
    parts = [scenario.lessons[place] for place in lessons]
    rows = np.concatenate([state.read(part.coded[:share])[0] for part in parts])
    labels = np.concatenate([part.outputs[part.coded_labels[:share]] for part in parts])
    starts = np.cumsum([0, *(int(part.groups[:share][-1]) + 1 for part in parts[:-1])])
    groups = np.concatenate([part.groups[:share] + start for part, start in zip(parts, starts, strict=True)])
    names, places = np.unique(labels, return_inverse=True)
    target = SingleLabel(tuple(scenario.classes[name] for name in names))
    mixed = np.random.default_rng(0).permutation(int(groups[-1]) + 1)[groups]  # tasks come in no order
    by = np.argsort(mixed, kind="stable")
    return code_rows(rows[by], places[by].astype(np.int64), mixed[by], target, orders)


def code_rows(rows: np.ndarray, labels: np.ndarray, groups: np.ndarray, target: SingleLabel, orders: int) -> Codelength:
    """Return the codelength of labels given features [N, d], the same orders for every state."""
    examples, code = Examples(labels, groups), Code()
    units = [partial(target.code_order, rows, examples, Order(number, 0), code) for number in range(orders)]
    return gather(tuple(side_by_side(units)), groups, target.bank(code))


def _head(outputs: np.ndarray, lesson: Lesson, allowed: np.ndarray) -> HeadCode:
    """Return the head's code of a lesson's labels among the classes that are `allowed`, bool [C]."""
    places = np.flatnonzero(allowed)
    labels = np.searchsorted(places, lesson.outputs[lesson.coded_labels])
    chosen = outputs[:, places].astype(np.float64)
    bits = head_bits(chosen, labels, lesson.groups)
    return HeadCode(by_group(bits[None], lesson.groups), float((chosen.argmax(1) == labels).mean()))
