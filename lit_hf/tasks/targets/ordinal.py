"""Ordered steps (ratings, grades): classes whose order says something. Asked for by `--task`, and never inferred.

Two codes of the same labels stand side by side, mixed by Bayes with weights 1/2: the code of classes, which knows no
order, and a cumulative-link code (lit_hf/probes/cumulative.py), whose probe has one direction for all steps. So what is
coded costs at most 1 bit more than the shorter of the two, and at most 2 bits more than the class prior or the uniform
code, which stand in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lit_hf.coding.after import code_after, mixed_tail
from lit_hf.coding.codelength import code_order
from lit_hf.coding.rules import Alphabet, prepare_order
from lit_hf.coding.written import NO_END, Written
from lit_hf.errors import BadSetting
from lit_hf.tasks.kinds import choose_kind
from lit_hf.tasks.labels import find_classes
from lit_hf.tasks.schema import Schema
from lit_hf.tasks.targets.contract import Found, OrderCoder, Target
from lit_hf.tasks.targets.single_label import SingleLabel

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.after import Tail
    from lit_hf.coding.codelength import Codelength
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.coding.rules import Rule
    from lit_hf.config import Settings

VERSION = "1"
LINK = "cumulative"
"""The kind of probe of the second code."""
MARK = 1
"""Of a file: steps, written by two codes side by side."""


@dataclass(frozen=True)
class Steps(Written):
    """The code of classes and the cumulative-link code, side by side."""

    def codes(self, code: Code) -> tuple[Code, ...]:
        """Return both."""
        return both(code)

    def digest(self, code: Code) -> str:
        """Return the hash of both."""
        return bank_of(self.rule, code)


@dataclass(frozen=True)
class Ordinal(SingleLabel):
    """Labels 0 .. C - 1 are steps in their order; `values`: indices of declared classes, or the numbers they are."""

    declared: bool = False

    name: ClassVar[str] = "ordinal"
    asked_as: ClassVar[str | None] = "ordinal-classification"
    has_block_codes: ClassVar[bool] = False
    has_sensitivity: ClassVar[bool] = False
    one_class: ClassVar[bool] = False
    labels_words: ClassVar[bool] = False

    @classmethod
    def find(cls, schema: Schema, settings: Settings) -> Found | None:
        """Return the label column when `--task` asks for ordered steps."""
        if settings.task != cls.asked_as:
            return None
        kind, columns = choose_kind(
            schema, None, settings.text_column, settings.text_pair_column, settings.label_column
        )  # fmt: skip
        return Found(kind, columns, (columns.label,))

    @classmethod
    def read(
        cls, table: Mapping[str, Sequence[Any]], columns: Sequence[str], schema: Schema, settings: Settings
    ) -> Target | None:
        """Return the steps of a whole split: classes in the order in which the dataset declares them, else numbers.

        Raises `BadSetting` for words without a declared order.
        """
        [column] = columns
        names = schema[column].names if column in schema else None
        if names is not None:
            found = SingleLabel.of(find_classes(table[column], names, column), names)
            return cls(found.classes, found.values, declared=True)
        steps = sorted({step for value in table[column] if (step := _step(value, column)) is not None})
        return cls(tuple(f"{step:g}" for step in steps), tuple(steps))

    def encode(self, table: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the step of each row; a label that is none of them is missing."""
        if self.declared:
            return super().encode(table, columns)
        [column] = columns
        place = {value: index for index, value in enumerate(self.values)}
        labels = np.array([place.get(_step(value, column), -1) for value in table[column]], dtype=np.int64)
        return labels, labels >= 0

    @property
    def written(self) -> Written:
        """One of C symbols each, by both codes."""
        return Steps(self.rule, len(self.classes), mark=MARK)

    @classmethod
    def from_header(cls, symbols: int, columns: int, mark: int) -> Written | None:
        """Return the way of C steps."""
        return None if symbols == NO_END or columns or mark != MARK else Steps(Alphabet(symbols), symbols, mark=MARK)

    @property
    def codes(self) -> int:
        """The code of classes, and the cumulative-link code."""
        return 2

    def bank(self, code: Code) -> str:
        """Return the hash of both rules."""
        return bank_of(self.rule, code)

    def coder(self, features: Rows, examples: Examples, order: Order, code: Code) -> OrderCoder:
        """Return what codes one order with both codes, as far as it is told to."""
        ready = [prepare_order(features, examples, self.rule, order, each) for each in both(code)]
        return _Coders([self.rule.coder(each, examples.labels[each.index]) for each in ready])

    def code_order(
        self, features: Rows, examples: Examples, order: Order, code: Code, *, held_out: Any = None
    ) -> Curve:  # fmt: skip
        """Code one order to its end with each code, and mix them."""
        return mixed(*(
            code_order(features, examples, self.rule, order, each, held_out=held_out) for each in both(code)
        ))  # fmt: skip

    def code_after(
        self, features: Rows, examples: Examples, code: Code, past: np.ndarray, tail: np.ndarray, edges: Sequence[int]
    ) -> dict[int, Tail]:
        """Code labels after others with each code, and mix them over the whole stream."""
        found = [code_after(features, examples, self.rule, each, past, tail, edges) for each in both(code)]
        return {edge: mixed_tail([each[edge] for each in found]) for edge in edges}

    def more_scores(self, predicted: Any, labels: np.ndarray) -> dict[str, float]:
        """Return how many steps the median of the prediction lies from the label, on average."""
        median = (np.exp(predicted).cumsum(-1) < 0.5).sum(-1)
        return {"mean_absolute_steps": float(np.abs(np.minimum(median, len(self.classes) - 1) - labels).mean())}

    def calibrations(self, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return null."""
        return {"calibration": None, "calibration_reason": "two codes are mixed: neither's confidence is the code's"}

    @property
    def note(self) -> str | None:
        """What the order was used for."""
        return "Labels are ordered steps: a cumulative-link code stands beside the code of classes, mixed by Bayes."


@dataclass(frozen=True)
class _Coders:
    """Both codes of one order."""

    coders: Sequence[OrderCoder]

    def advance(self, to: int | None = None) -> int:
        return [coder.advance(to) for coder in self.coders][-1]

    def curve(self) -> Curve:
        return mixed(*(coder.curve() for coder in self.coders))


def mixed(plain: Curve, link: Curve) -> Curve:
    """Return the Bayes mixture of the codes of one order; the whole link code is one more expert and part of `plain`.

    held_out: mixed with the weights that the labels before have left.
    """
    from lit_hf.codes.marginal import bayes

    both = -np.stack([plain.bits, link.bits]) * np.log(2)
    logs, weights = bayes(both, np.array([0.5, 0.5]))
    starts = plain.edges[:-1]
    share = weights[:, starts].T
    return replace(
        plain,
        bits=-logs / np.log(2),
        names=(*plain.names, f"{LINK} link"),
        expert_bits=np.column_stack([plain.expert_bits, np.add.reduceat(link.bits, starts)]),
        parts=(*plain.parts, f"{LINK} link"),
        weights=np.column_stack([plain.weights * share[:, :1], share[:, 1:]]),
        held_out={n: _after(both[:, :n].sum(1), [each.held_out[n] for each in (plain, link)]) for n in plain.held_out},
        confidence=np.empty(0, np.float32),
        correct=np.empty(0, bool),
    )


def _after(logs: np.ndarray, tables: Sequence[np.ndarray]) -> np.ndarray:
    """Return log probabilities [H, C] of `tables` mixed with weights in proportion to e^`logs`."""
    left = logs - np.logaddexp(*logs)
    return np.asarray(np.logaddexp(left[0] + tables[0].astype(np.float64), left[1] + tables[1].astype(np.float64)))


def bank_of(rule: Rule, code: Code) -> str:
    """Return the hash of both codes under the `rule` of classes."""
    digests = " ".join(rule.digest(each) for each in both(code))
    return hashlib.blake2b(f"ordinal {VERSION}: {digests}".encode(), digest_size=8).hexdigest()


def both(code: Code) -> tuple[Code, Code]:
    """Return the code of classes, and the cumulative-link code."""
    return code, replace(code, probes=(LINK,))


def _step(value: Any, column: str) -> float | None:
    """Return a label as a number, None when there is none."""
    if value is None or value == "" or value != value:  # NaN differs from itself
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        expected = f"a column of numbers, or of classes that the dataset declares in their order; it holds {value!r}"
        raise BadSetting("label column", column, expected) from error
