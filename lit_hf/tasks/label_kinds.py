"""What follows from the kind of a task's labels: their code, the null codes beside it, and the held-out metric.

Classes have a uniform code and a class prior; sets of labels are as many binary codes, added up; numbers have a
marginal code in place of the class prior, and no uniform code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lit_hf.coding.rules import NUMBERS, code_hash
from lit_hf.errors import LitError

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.tasks import Task

NO_UNIFORM = "numbers have no uniform code: there is no end to the bins"


def order_coder(task: Task) -> Callable[..., Curve]:
    """Return what codes one order of this task's labels: `code_order` with the number of classes given."""
    from lit_hf.coding.codelength import code_order

    if task.labels.ndim == 2:
        return code_label_sets
    return partial(code_order, classes=NUMBERS if task.width is not None else len(task.classes))


def code_shape(task: Task) -> tuple[int, int]:
    """Return the classes of one code of this task's labels (`NUMBERS` for bins), and how many codes an order takes."""
    if task.labels.ndim == 2:
        return 2, task.labels.shape[1]
    return (NUMBERS if task.width is not None else len(task.classes)), 1


def bank_of(task: Task, code: str, device: str) -> str:
    """Return the hash of the rule by which this task's labels are coded."""
    return code_hash(code, device, numbers=task.width is not None)


def null_bits(task: Task, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the bits [N] of `labels` (of this task's kind) under the class prior, or under the marginal of numbers."""
    from lit_hf.codes.baselines import class_prior_bits
    from lit_hf.codes.marginal import marginal_bits

    if task.width is not None:
        return marginal_bits(labels, groups)
    if labels.ndim == 2:
        return np.sum([class_prior_bits(column, 2, groups) for column in labels.T], axis=0)
    return class_prior_bits(labels, len(task.classes), groups)


def uniform_per_label(task: Task) -> float | None:
    """Return the bits of one label under the uniform code: log2 C, or L for L labels that may hold together."""
    if task.width is not None:
        return None
    return float(len(task.classes)) if task.labels.ndim == 2 else float(np.log2(len(task.classes)))


def largest_loss(task: Task) -> float | None:
    """Return the most that `bounded` gives for a group, in bits: 10 more than the uniform code; None for numbers."""
    from lit_hf.ranking import racing

    choices = _choices(task)
    return None if choices is None else racing.largest_loss(choices)


def bounded(task: Task, bits: np.ndarray) -> np.ndarray:
    """Return bits under the code mixed with 2^-10 of the uniform one; those of numbers, which has none, as they are."""
    from lit_hf.ranking import racing

    choices = _choices(task)
    return bits if choices is None else racing.bounded(bits, choices)


def _choices(task: Task) -> float | None:
    """Return how many labels the uniform code chooses from: C, or 2^L of L labels that may hold together."""
    if task.width is not None:
        return None
    return 2.0 ** len(task.classes) if task.labels.ndim == 2 else float(len(task.classes))


def no_other_scores(task: Task) -> str | None:
    """Return why the other scores (LogME and the like) are undefined for these labels; None for classes."""
    if task.width is not None:
        return "labels are numbers, and these scores are defined for classes"
    return "several labels may hold, and these scores are defined for classes" if task.labels.ndim == 2 else None


class OrderCoder(Protocol):
    """Codes one order as far as it is told to (lit_hf/codes/prequential.py)."""

    def advance(self, to: int | None = None) -> int:
        """Code all increments that end at or before position `to` (default: the end); return the labels coded."""

    def curve(self) -> Curve:
        """Return what was paid so far."""


def open_coder(task: Task, rows: Any, *, number: int, seed: int, device: str) -> OrderCoder:
    """Return what codes order `number` of the task's labels, given `rows` of features, as far as it is told to."""
    from lit_hf.codes.numbers import NumberCoder
    from lit_hf.codes.prequential import Coder
    from lit_hf.coding.rules import prepare_order

    several = task.labels.ndim == 2
    classes = 2 if several else NUMBERS if task.width is not None else len(task.classes)
    make = NumberCoder if classes == NUMBERS else Coder

    def open_one(labels: np.ndarray) -> Coder:
        order = prepare_order(
            rows, task.groups, classes, number=number, seed=seed, device=device, rows=task.feature_rows
        )  # fmt: skip
        return make(order.stream, labels[order.index], order.groups, order.code, classes, index=order.index)

    if not several:
        return open_one(task.labels)
    return _SetsCoder([open_one(column) for column in np.ascontiguousarray(task.labels.T)], task.labels)


@dataclass(frozen=True)
class _SetsCoder:
    """The codes of L labels of one order, side by side; `labels` [N, L] by example."""

    coders: Sequence[OrderCoder]
    labels: np.ndarray

    def advance(self, to: int | None = None) -> int:
        return [coder.advance(to) for coder in self.coders][-1]

    def curve(self) -> Curve:
        return together([coder.curve() for coder in self.coders], self.labels)


def code_label_sets(
    features: Any, labels: np.ndarray, groups: np.ndarray, *, number: int, seed: int, device: str = "cpu",
    keep_first: bool = True, rows: np.ndarray | None = None, held_out: Any = None,
    kinds: tuple[str, ...] | None = None, code: str = "online",
) -> Curve:  # fmt: skip
    """Code each column of `labels` [N, L] by itself, all in the same order; see `code_order`."""
    from lit_hf.coding.codelength import code_order

    curves = [
        code_order(
            features, column, groups, 2, number=number, seed=seed, device=device, keep_first=keep_first, rows=rows,
            held_out=held_out, kinds=kinds, code=code,
        )
        for column in np.ascontiguousarray(labels.T)
    ]  # fmt: skip
    return together(curves, labels)


def together(curves: Sequence[Curve], labels: np.ndarray) -> Curve:
    """Return one curve of L codes of `labels` [N, L], by example.

    Beside their sum stands the sum of the class priors, mixed by Bayes with weights 1/2: each code by itself may cost 2
    bits more than its prior, all together cost 1 bit more.
    """
    from lit_hf.codes.baselines import class_prior_bits
    from lit_hf.codes.marginal import bayes

    found = add_up(curves)
    along = labels[found.index]
    prior = np.sum([class_prior_bits(column, 2, found.groups) for column in along.T], axis=0)
    logs, _ = bayes(-np.stack([found.bits, prior]) * np.log(2), np.array([0.5, 0.5]))
    return replace(found, bits=-logs / np.log(2))


def require_classes(task: Task, command: str) -> None:
    """Raise `LitError` where a command knows classes only."""
    if task.width is not None or task.labels.ndim == 2:
        raise LitError(
            f"{command} knows labels that are classes, and this is {task.kind}.",
            "Measure one checkpoint at a time: `lit-hf eval MODEL DATASET`.",
        )


def add_up(curves: Sequence[Curve]) -> Curve:
    """Return the curve of L codes of the same rows: bits and experts' bits are sums, weights means.

    held_out: log probabilities [H, L, 2]; each_bits: the bits of each code.
    """
    first = curves[0]
    return replace(
        first,
        bits=np.sum([curve.bits for curve in curves], axis=0),
        expert_bits=np.sum([curve.expert_bits for curve in curves], axis=0),
        weights=np.mean([curve.weights for curve in curves], axis=0),
        held_out={mark: np.stack([curve.held_out[mark] for curve in curves], 1) for mark in first.held_out},
        confidence=np.empty(0, np.float32),
        correct=np.empty(0, bool),
        each_bits=np.array([curve.total for curve in curves]),
    )


@dataclass(frozen=True)
class HeldOut:
    """Held-out labels of a task, and how predictions of them are judged. `predicted`: what a curve's `held_out` has."""

    task: Task
    labels: np.ndarray

    @classmethod
    def of(cls, task: Task) -> HeldOut | None:
        """Return the task's, or None when it has none."""
        return None if task.holdout is None else cls(task, task.holdout.labels)

    @property
    def metric(self) -> str:
        """The name of the metric."""
        if self.task.width is not None:
            return "rmse"
        return "micro_f1" if self.labels.ndim == 2 else "accuracy"

    def value(self, predicted: Any) -> float:
        """Return the share of right classes, micro-averaged F1, or the root mean square error in units of the label."""
        from lit_hf.measures.scores import accuracy, micro_f1, rmse

        if self.task.width is not None:
            return self.task.width * rmse(predicted.location(), self.labels)
        score = micro_f1 if self.labels.ndim == 2 else accuracy
        return score(predicted.argmax(-1), self.labels)

    def more(self, predicted: Any) -> dict[str, float]:
        """Return further figures: R^2 of numbers, the share of right answers of sets of labels."""
        from lit_hf.measures.scores import accuracy, r_squared

        if self.task.width is not None:
            return {"r2": r_squared(predicted.location(), self.labels)}
        if self.labels.ndim == 1:
            return {}
        return {"accuracy": accuracy(predicted.argmax(-1).ravel(), self.labels.ravel())}

    def at(self, predicted: Any) -> dict[str, float | None]:
        """Return the metric as a row of budgets has it: `accuracy` for classes, else null and the kind's own."""
        if self.metric == "accuracy":
            return {"accuracy": float((predicted.argmax(-1) == self.labels).mean())}
        return {"accuracy": None, self.metric: self.value(predicted)}

    def bits(self, predicted: Any) -> np.ndarray:
        """Return the bits [H] of the held-out labels under the predictions."""
        from lit_hf.measures.excess import bits_of

        if self.task.width is not None:
            return np.asarray(predicted.bits(self.labels))
        if self.labels.ndim == 1:
            return bits_of(predicted, self.labels)
        return np.sum([bits_of(predicted[:, place], column) for place, column in enumerate(self.labels.T)], axis=0)
