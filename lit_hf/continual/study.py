"""Methods through a scenario, seed by seed: every state measured on every task, in bits and by its own head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.continual.measured import Known, measure, measure_seen
from lit_hf.continual.methods import make_method
from lit_hf.measures import forgetting
from lit_hf.measures.accuracy_matrix import accuracy_figures
from lit_hf.measures.forgetting import of_method

if TYPE_CHECKING:
    from lit_hf.continual.sequence import Sequences
    from lit_hf.measures.intervals import Interval
    from lit_hf.runtime.progress import Progress

SCHEMA = "lit-hf/continual/1"
OF_THIS_MODEL = "of this model: paired over examples and orders, for these very weights"
OF_THE_METHOD = "of the method: t over training seeds"
ONE_SEED = "one training seed says nothing of other trainings"


@dataclass(frozen=True)
class Asked:
    """What is measured: methods by name, seeds, orders, whether with models that never saw a task, labels together."""

    methods: tuple[str, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    orders: int = 1
    never: bool = True
    coded: int = 1_000


@dataclass(eq=False)
class Study:
    """The measurements; a state that several methods share is measured once."""

    sequences: Sequences
    asked: Asked
    progress: Progress
    _known: dict[Any, Known] = field(default_factory=dict)
    _seen: dict[Any, Any] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Return the JSON object of `lit-hf continual --format json`."""
        scenario, asked = self.sequences.scenario, self.asked
        rows: dict[str, list[dict[str, Any]]] = {method: [] for method in asked.methods}
        with self.progress.task("learn and measure", len(asked.seeds) * len(asked.methods)) as advance:
            for seed in asked.seeds:
                for method in asked.methods:
                    rows[method].append(self.one(method, seed))
                    advance(1)
                self.sequences.forget(seed)
                self._known.clear()
                self._seen.clear()
        return {
            "schema": SCHEMA,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "scenario": scenario.kind,
            "tasks": [
                {"name": each.name, "classes": list(each.target.classes), "learned": len(each.learned),
                 "coded": len(each.coded)}
                for each in scenario.lessons
            ],
            "training": asdict(self.sequences.training), "seeds": list(asked.seeds), "orders": asked.orders,
            "interval_kinds": {"of_this_model": OF_THIS_MODEL, "of_the_method": OF_THE_METHOD},
            "methods": [summary(method, found) for method, found in rows.items()],
        }  # fmt: skip

    def one(self, method: str, seed: int) -> dict[str, Any]:
        """Return what one training shows: rows of tasks, the accuracy matrix and all tasks together."""
        order = list(range(len(self.sequences.scenario.lessons)))
        # With the task given where the scenario gives it; else all classes so far compete.
        given = self.sequences.scenario.kind == "task"
        known = [
            [self._measure(method, seed, order[:done], place) for place in order] for done in range(len(order) + 1)
        ]
        accuracy = np.array([[(one.given if given else one.free).accuracy for one in row] for row in known])
        return {
            "seed": seed,
            "tasks": [self._task(method, seed, place, known) for place in order],
            "accuracy": accuracy[1:].tolist(), "accuracy_untrained": accuracy[0].tolist(),
            "figures": accuracy_figures(accuracy[1:], accuracy[0]),
            "seen": self._together(method, seed, order),
        }  # fmt: skip

    def _measure(self, method: str, seed: int, done: Sequence[int], place: int) -> Known:
        key = (*self.sequences.key(method, seed, done), place)
        if key not in self._known:
            order = range(len(self.sequences.scenario.lessons)) if list(done) == list(range(len(done))) else done
            state = self.sequences.states(method, seed, list(order))[len(done)]
            scenario, after = self.sequences.scenario, max(done, default=-1)
            self._known[key] = measure(state, scenario, place, after, self.asked.orders)
        return self._known[key]

    def _together(self, method: str, seed: int, order: Sequence[int]) -> Interval:
        """Return the bits that all tasks together, probed as one, cost less with the last state than with state 0."""
        codes = []
        for done in (0, len(order)):
            key = self.sequences.key(method, seed, order[:done])
            if key not in self._seen:
                state = self.sequences.states(method, seed, order)[done]
                scenario = self.sequences.scenario
                self._seen[key] = measure_seen(state, scenario, order, self.asked.coded, self.asked.orders)
            codes.append(self._seen[key])
        return _paired(*codes)

    def _task(self, method: str, seed: int, place: int, known: Sequence[Sequence[Known]]) -> dict[str, Any]:
        zero, before, after, last = (known[done][place] for done in (0, place, place + 1, -1))
        gain, loss = _paired(before.features, after.features), _paired(last.features, after.features)
        others = [each for each in range(len(known) - 1) if each != place]
        never = self._measure(method, seed, others, place) if self.asked.never else None
        return {
            "gained": gain, "forgotten": loss, "share": forgetting.share(gain, loss),
            "forward": _paired(zero.features, before.features),
            "head_given": forgetting.output_forgetting(after.given.bits, last.given.bits),
            "head_free": forgetting.output_forgetting(after.free.bits, last.free.bits),
            "accuracy_lost_given": after.given.accuracy - last.given.accuracy,
            "accuracy_lost_free": after.free.accuracy - last.free.accuracy,
            "accuracy_given": last.given.accuracy, "accuracy_free": last.free.accuracy,
            "kept": None if never is None else _paired(never.features, last.features),
        }  # fmt: skip


def _paired(one: Any, other: Any) -> Interval:
    """Return bits(one) - bits(other), of this model."""
    (left, order), (right, _) = one.by_group(), other.by_group()
    return forgetting.change(left, right, order)


def summary(method: str, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a method's rows over its seeds: means, intervals of the method, and each seed beside them."""
    tasks = [_task_summary([each["tasks"][place] for each in found]) for place in range(len(found[0]["tasks"]))]
    lost = [[task["forgotten"].estimate for task in each["tasks"]] for each in found]
    figures = {name: _mean([each["figures"][name] for each in found]) for name in found[0]["figures"]}
    return {
        "method": make_method(method).called, "tasks": tasks,
        "backward_bits": _over_seeds([bits for each in lost if (bits := forgetting.backward(each)) is not None]),
        "seen_gained": _intervals([each["seen"] for each in found]),
        "figures": figures,
        "accuracy": [each["accuracy"] for each in found],
        "accuracy_untrained": [each["accuracy_untrained"] for each in found],
    }  # fmt: skip


def _task_summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    gains, losses = ([row[name].estimate for row in rows] for name in ("gained", "forgotten"))
    one = len(rows) == 1
    part = rows[0]["share"] if one else forgetting.share_of_seeds(gains, losses)
    names = ("gained", "forgotten", "forward", "head_given", "head_free")
    kept = None if rows[0]["kept"] is None else _intervals([row["kept"] for row in rows])
    return {
        **{name: _intervals([row[name] for row in rows]) for name in names},
        "share": part, **({} if part is not None else {"share_reason": "the interval of what was gained reaches 0"}),
        "kept_beyond_never": kept,
        **({} if kept is not None else {"kept_beyond_never_reason": "not asked for: it costs trainings"}),
        **{name: _mean([row[name] for row in rows]) for name in rows[0] if name.startswith("accuracy")},
    }  # fmt: skip


def _intervals(found: Sequence[Interval]) -> dict[str, Any]:
    """Return bits over seeds, with both intervals by their names."""
    each = [{"bits": one.estimate, "of_this_model": [one.low, one.high]} for one in found]
    return {**_over_seeds([one.estimate for one in found]), "seeds": each}


def _over_seeds(values: Sequence[float]) -> dict[str, Any]:
    found = of_method(values)
    limits = None if found.low is None else [found.low, found.high]
    reason = {} if limits else {"of_the_method_reason": ONE_SEED}
    return {"bits": found.estimate, "deviation": found.deviation, "of_the_method": limits, **reason}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
