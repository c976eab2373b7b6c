"""Several labels at once: any of L may hold. Each is one binary question, coded by itself with the code of classes.

The bits are summed, and beside the sum stands the sum of the class priors. What labels say about one another is not
used, so the codelength is an upper bound for a code that knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lit_hf.codes.orders import positions_of_groups
from lit_hf.coding.after import Tail, code_after, mixed_tail
from lit_hf.coding.codelength import code_order
from lit_hf.coding.opinion import Opinion, opinion_of_classes
from lit_hf.coding.rules import Alphabet, Rule, prepare_order
from lit_hf.coding.written import Written
from lit_hf.errors import MissingColumn
from lit_hf.tasks.kinds import choose_kind
from lit_hf.tasks.schema import Column, Schema, named
from lit_hf.tasks.targets.contract import Found, OrderCoder, Target
from lit_hf.tasks.targets.flags import find_label_columns, read_sets

if TYPE_CHECKING:
    from torch import Tensor

    from lit_hf.codes.curve import Curve
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.codelength import Codelength
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.config import Settings

STAND_IN = "the labels"
"""In place of the columns of labels, while the columns of the inputs are looked for."""


@dataclass(frozen=True)
class MultiLabel(Target):
    """Labels [N, L] of 0 and 1 say which of `labels` hold; `declared`: the names that the dataset gives its numbers."""

    labels: tuple[str, ...]
    declared: tuple[str, ...] | None = None

    name: ClassVar[str] = "multi_label"
    asked_as: ClassVar[str | None] = "multi-label-classification"
    no_other_scores: ClassVar[str | None] = "several labels may hold, and these scores are defined for classes"
    null_slack: ClassVar[float] = 1.0
    metric: ClassVar[str] = "micro_f1"
    has_block_codes: ClassVar[bool] = True
    has_sensitivity: ClassVar[bool] = True

    @classmethod
    def find(cls, schema: Schema, settings: Settings) -> Found | None:
        """Return a column of lists beside a text, or several columns that are asked for by name."""
        if settings.task not in (None, cls.asked_as):
            return None
        columns = find_label_columns(schema, settings.label_column, settings.text_column)
        if columns is None:
            if settings.task == cls.asked_as:
                raise MissingColumn("list of labels", list(schema))
            return None
        labels = tuple(named(schema, column) for column in columns)
        rest = {name: each for name, each in schema.items() if name not in labels}
        rest[STAND_IN] = Column(STAND_IN, "class")
        kind, inputs = choose_kind(rest, None, settings.text_column, settings.text_pair_column, STAND_IN)
        return Found(kind, inputs, labels)

    @classmethod
    def read(
        cls, table: Mapping[str, Sequence[Any]], columns: Sequence[str], schema: Schema, settings: Settings
    ) -> Target | None:
        """Return the labels of a whole split."""
        declared = schema[columns[0]].names if len(columns) == 1 and columns[0] in schema else None
        return cls(read_sets(table, columns, declared)[2], declared)

    def encode(self, table: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return which labels hold in each row; of these labels only."""
        return read_sets(table, columns, self.declared, self.labels)[:2]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the L labels."""
        return self.labels

    def identity(self, labels: np.ndarray) -> list[str]:
        """Return the names that hold, a line for each."""
        return ["\n".join(self._holding(row)) for row in labels]

    def speak(self, label: Any) -> str:
        """Return the names that hold, or "none"."""
        return ", ".join(self._holding(label)) or "none"

    def _holding(self, row: Sequence[int] | np.ndarray) -> list[str]:
        return [name for name, holds in zip(self.labels, row, strict=True) if holds]

    @property
    def rule(self) -> Rule:
        """The code of one label: it holds, or does not."""
        return Alphabet(2)

    @property
    def written(self) -> Written:
        """L columns, one after another, under one node that moves with every label."""
        return Written(self.rule, 2, len(self.labels))

    @classmethod
    def from_header(cls, symbols: int, columns: int, mark: int) -> Written | None:
        """Return the way of L columns."""
        return Written(Alphabet(2), 2, columns) if (symbols, mark) == (2, 0) and columns else None

    @property
    def codes(self) -> int:
        """L."""
        return len(self.labels)

    @property
    def choices(self) -> int | None:
        """A label holds, or does not."""
        return 2

    @property
    def answers(self) -> int:
        """Whether each of L labels holds."""
        return len(self.labels)

    def coder(self, features: Rows, examples: Examples, order: Order, code: Code) -> OrderCoder:
        """Return what codes all labels of one order as far as it is told to; it holds the probes of L codes."""
        ready = [
            (each, prepare_order(features, each, self.rule, order, code)) for each in _columns(examples)
        ]  # fmt: skip
        coders = [self.rule.coder(prepared, each.labels[prepared.index]) for each, prepared in ready]
        return _Coders(self, coders, examples.labels)

    def code_order(
        self, features: Rows, examples: Examples, order: Order, code: Code, *, held_out: Any = None
    ) -> Curve:  # fmt: skip
        """Code each label to the end of the order, one after another."""
        curves = [
            code_order(features, each, self.rule, order, code, held_out=held_out) for each in _columns(examples)
        ]  # fmt: skip
        return self.together(curves, examples.labels)

    def code_after(
        self, features: Rows, examples: Examples, code: Code, past: np.ndarray, tail: np.ndarray, edges: Sequence[int]
    ) -> dict[int, Tail]:
        """Code each label after others; beside their sum stands the sum of the class priors, as in `together`."""
        found = [code_after(features, each, self.rule, code, past, tail, edges) for each in _columns(examples)]
        return {edge: self._together_after([each[edge] for each in found], examples, past[:edge]) for edge in edges}

    def _together_after(self, tails: Sequence[Tail], examples: Examples, past: np.ndarray) -> Tail:
        index = np.concatenate([past, tails[0].index])
        prior = self.null_bits(examples.labels[index], positions_of_groups(examples.groups, index))
        cut, none = len(past), np.empty(0, bool)
        summed = Tail(np.sum([each.bits for each in tails], 0), none, sum(each.before for each in tails), index[cut:])
        return mixed_tail([summed, Tail(prior[cut:], none, float(prior[:cut].sum()), index[cut:])])

    def together(self, curves: Sequence[Curve], labels: np.ndarray) -> Curve:
        """Return one curve of L codes of `labels` [N, L], by example.

        Beside their sum stands the sum of the class priors, mixed by Bayes with weights 1/2: each code by itself may
        cost 2 bits more than its prior, all together cost 1 bit more.
        """
        from lit_hf.codes.marginal import bayes

        found = add_up(curves)
        prior = self.null_bits(labels[found.index], found.groups)
        logs, _ = bayes(-np.stack([found.bits, prior]) * np.log(2), np.array([0.5, 0.5]))
        return replace(found, bits=-logs / np.log(2))

    def opinion(self, features: Rows, examples: Examples, order: Order, code: Code) -> Opinion:
        """Return what one order says of each row; `table` [N, L] has the probability that each label holds."""
        found = [opinion_of_classes(features, each, self.rule, order, code) for each in _columns(examples)]
        chance = np.prod([each.chance for each in found], axis=0)
        return Opinion(chance, np.stack([each.table[:, 1] for each in found], 1), found[0].position)

    def suggested(self, labels: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the likeliest other set: every label by itself, and the least sure one turned if that is as given."""
        from lit_hf.coding.opinion import bits_of

        found = (table > 0.5).astype(np.int64)
        same = np.flatnonzero((found == labels).all(1))
        closest = np.abs(table[same] - 0.5).argmin(1)
        found[same, closest] = 1 - found[same, closest]
        return found, bits_of(np.where(found == 1, table, 1 - table)).sum(1)

    def mistaken(self, labels: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return rows of which one label, each as likely, is turned."""
        found = labels[rows].copy()
        turned = rng.integers(0, found.shape[1], len(rows))
        found[np.arange(len(rows)), turned] = 1 - found[np.arange(len(rows)), turned]
        return found

    def null_bits(self, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the bits of each row under the class priors of all labels."""
        from lit_hf.codes.baselines import class_prior_bits

        return np.asarray(np.sum([class_prior_bits(column, 2, groups) for column in labels.T], axis=0))

    @property
    def uniform_chance(self) -> float | None:
        """2^-L: a whole row."""
        return 2.0 ** -len(self.labels)

    @property
    def outputs(self) -> int:
        """A logit for each of L labels."""
        return len(self.labels)

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return the sum over L labels of the cross-entropy of sigmoid(output)."""
        from torch.nn.functional import binary_cross_entropy_with_logits as entropy

        return entropy(outputs, labels.to(outputs.dtype), reduction="none").sum(-1).mean()

    def score(self, predicted: Any, labels: np.ndarray) -> float:
        """Return F1 of all answers to all questions together."""
        from lit_hf.measures.scores import micro_f1

        return micro_f1(predicted.argmax(-1), labels)

    def score_error(self, predicted: Any, labels: np.ndarray, groups: np.ndarray) -> float | None:
        """Return the standard error of F1, a ratio of two means over rows, by what each row weighs in it."""
        from lit_hf.measures.scores import error_of_ratio

        found = predicted.argmax(-1)
        return error_of_ratio(2 * (found & labels).sum(-1), found.sum(-1) + labels.sum(-1), groups)

    def more_scores(self, predicted: Any, labels: np.ndarray) -> dict[str, float]:
        """Return the share of right answers."""
        from lit_hf.measures.scores import accuracy

        return {"accuracy": accuracy(predicted.argmax(-1).ravel(), labels.ravel())}

    def bits_of(self, predicted: Any, labels: np.ndarray) -> np.ndarray:
        """Return the bits of whole rows under log probabilities [H, L, 2]."""
        from lit_hf.measures.excess import bits_of

        return np.asarray(
            np.sum([bits_of(predicted[:, place], column) for place, column in enumerate(labels.T)], axis=0)
        )

    @property
    def spoken(self) -> str:
        """How many labels there are, of which any may hold."""
        return f"{len(self.labels)} that may hold together"

    def calibrations(self, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return null."""
        return {"calibration": None, "calibration_reason": "several labels may hold: there is no likeliest class"}

    def measures(self, labels: np.ndarray, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return what each label cost, mean over orders."""
        means = {
            name: None if arm is None else np.stack([np.asarray(curve.each_bits) for curve in arm.curves]).mean(0)
            for name, arm in arms.items()
        }
        rows = [
            {"label": name, "share": float(labels[:, place].mean())}
            | {key: None if bits is None else float(bits[place]) for key, bits in means.items()}
            for place, name in enumerate(self.labels)
        ]
        return {"each_label": rows}

    @property
    def note(self) -> str | None:
        """That correlations are unused."""
        return "Each label is coded by itself, and bits are added up: what labels say of one another is unused."


@dataclass(frozen=True)
class _Coders:
    """The codes of L labels of one order, side by side; `labels` [N, L] by example."""

    target: MultiLabel
    coders: Sequence[OrderCoder]
    labels: np.ndarray

    def advance(self, to: int | None = None) -> int:
        return [coder.advance(to) for coder in self.coders][-1]

    def curve(self) -> Curve:
        return self.target.together([coder.curve() for coder in self.coders], self.labels)


def _columns(examples: Examples) -> list[Examples]:
    return [examples.with_labels(column) for column in np.ascontiguousarray(examples.labels.T)]


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
