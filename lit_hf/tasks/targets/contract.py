"""The contract of a target: what the labels of a task are, and all that follows from it.

A kind of label is one file of this room and one line in its list of kinds. It says which columns of a dataset hold
labels of its kind, reads them, codes them in one order, knows the codes that look at no input, judges predictions of
held-out labels, and speaks for itself in the record. No room above asks what kind it is.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from lit_hf.coding.after import code_after
from lit_hf.coding.codelength import code_order
from lit_hf.coding.opinion import opinion_of_classes
from lit_hf.coding.rules import Rule, prepare_order
from lit_hf.coding.written import Written

if TYPE_CHECKING:
    from torch import Tensor

    from lit_hf.codes.curve import Curve
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.after import Tail
    from lit_hf.coding.codelength import Codelength
    from lit_hf.coding.opinion import Opinion
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.config import Settings
    from lit_hf.tasks.schema import Columns, Kind, Schema

MIX = 2.0**-10
"""The share of the uniform code that makes bits bounded, for a race."""


class OrderCoder(Protocol):
    """Codes one order as far as it is told to (lit_hf/codes/prequential.py)."""

    def advance(self, to: int | None = None) -> int:
        """Code all increments that end at or before position `to` (default: the end); return the labels coded."""
        ...

    def curve(self) -> Curve:
        """Return what was paid so far."""
        ...


@dataclass(frozen=True)
class Found:
    """Where a kind of label finds itself: the kind of the inputs, their columns, and those of the labels."""

    kind: Kind
    inputs: Columns
    labels: tuple[str, ...]


class Target(ABC):
    """What the labels of one task are. Labels are int64 [N], or [N, L]; an instance holds what their numbers stand for.

    Laws (tests/contracts/test_targets.py holds every kind to them): what is coded costs at most `null_slack` bits more
    than `null_bits`, and depends on the past alone; `bounded` bits are at most `largest_loss`; where there is a
    uniform code it has `uniform_bits` for each label; `code_order` is `coder` told to go to the end; `code_after`
    nothing is `code_order`; the same calls give the same floats.
    """

    name: ClassVar[str]
    """As in the record: "single_label", "multi_label", "regression", ..."""
    asked_as: ClassVar[str | None] = None
    """What `--task` calls it, and the kind of a task with such labels; None: the kind is that of the inputs."""
    null_name: ClassVar[str] = "class prior"
    null_slack: ClassVar[float] = 2.0
    """Bits that the code may cost more than `null_bits`, whatever the labels are."""
    metric: ClassVar[str]
    """The name of the held-out metric."""
    has_block_codes: ClassVar[bool] = False
    """Whether the codes for reference, which are no online codes, know such labels."""
    labels_words: ClassVar[bool] = False
    """Whether each word of a sentence may have a label of this kind."""
    no_other_scores: ClassVar[str | None] = None
    """Why the scores that a ranking has beside the codelength are not defined for such labels; None where they are."""
    has_sensitivity: ClassVar[bool] = False
    """Whether kinds of probes can be left out of its bank."""
    one_class: ClassVar[bool] = False
    """Whether each label is one of C classes that its rule alone codes, so that curves say if the likeliest was it."""
    hub_tasks: ClassVar[Mapping[str, str]] = {
        "text-pair-classification": "text-classification", "features": "tabular-classification",
    }  # fmt: skip
    """What the Hub calls tasks of such labels, by kind of inputs, where its word is not ours."""
    no_uniform: ClassVar[str] = "there is no uniform code"
    """Why `uniform_bits` is None, where it is."""

    # What it reads

    @classmethod
    @abstractmethod
    def find(cls, schema: Schema, settings: Settings) -> Found | None:
        """Return where labels of this kind lie, or None when dataset and options do not fit it.

        Raises `MissingColumn` and `AmbiguousColumns`.
        """

    @classmethod
    @abstractmethod
    def read(
        cls, table: Mapping[str, Sequence[Any]], columns: Sequence[str], schema: Schema, settings: Settings
    ) -> Target | None:
        """Return what the labels in `columns` of a whole split are; None when the values are of another kind.

        Raises `BadSetting` and `TooFewClasses`.
        """

    @abstractmethod
    def encode(self, table: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return labels int64 [rows] or [rows, L], and which rows are labelled, bool [rows]; of any split."""

    def require_usable(self, labels: np.ndarray) -> None:
        """Raise `TooFewClasses` where usable `labels` are too much alike."""
        return

    # What it is called

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes, or of the L labels; none where labels have no names."""
        return ()

    @abstractmethod
    def identity(self, labels: np.ndarray) -> list[str]:
        """Return each label as the dataset's fingerprint takes it: no two different labels are the same text."""

    @abstractmethod
    def speak(self, label: Any) -> str:
        """Return one label in words: its class, the number its bin is of, or the labels that hold."""

    # How it is coded

    @property
    @abstractmethod
    def rule(self) -> Rule:
        """How one code of these labels goes."""

    @property
    def codes(self) -> int:
        """How many codes one order of the labels takes."""
        return 1

    def bank(self, code: Code) -> str:
        """Return the hash of the rule by which the labels are coded; only equal ones are comparable."""
        return self.rule.digest(code)

    def coder(self, features: Rows, examples: Examples, order: Order, code: Code) -> OrderCoder:
        """Return what codes one order as far as it is told to."""
        prepared = prepare_order(features, examples, self.rule, order, code)
        return self.rule.coder(prepared, examples.labels[prepared.index])

    def code_order(
        self, features: Rows, examples: Examples, order: Order, code: Code, *, held_out: Any = None
    ) -> Curve:  # fmt: skip
        """Code one order to its end; see `lit_hf.coding.codelength.code_order`."""
        return code_order(features, examples, self.rule, order, code, held_out=held_out)

    # What it says of labels that may be wrong

    def opinion(self, features: Rows, examples: Examples, order: Order, code: Code) -> Opinion:
        """Return what one order says of each label from those before it; see `lit_hf.coding.opinion`."""
        return opinion_of_classes(features, examples, self.rule, order, code)

    @abstractmethod
    def suggested(self, labels: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for each of `labels` the likeliest other one by the averaged `table` of opinions, and its bits [N]."""

    @abstractmethod
    def mistaken(self, labels: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return other labels for `rows`, drawn uniformly among wrong ones."""

    def confused(
        self, labels: np.ndarray, table: np.ndarray, count: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return `count` rows and other labels for them, as often as opinions take one for the other; None: no such."""
        return None

    def code_after(
        self, features: Rows, examples: Examples, code: Code, past: np.ndarray, tail: np.ndarray, edges: Sequence[int]
    ) -> dict[int, Tail]:
        """Return what the labels of `tail` cost after the first ones of `past`, for each of `edges`; see
        `lit_hf.coding.after.code_after`.
        """
        return code_after(features, examples, self.rule, code, past, tail, edges)

    # As a file

    @property
    @abstractmethod
    def written(self) -> Written:
        """How a file holds these labels."""

    @classmethod
    @abstractmethod
    def from_header(cls, symbols: int, columns: int, mark: int) -> Written | None:
        """Return how a file holds labels of this kind whose header says so; None where it speaks of another kind."""

    # Codes that look at no input

    @abstractmethod
    def null_bits(self, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the bits [N] of `labels` in `groups` under the null code that learns from the labels before."""

    @property
    def uniform_chance(self) -> float | None:
        """The probability of one label under the uniform code; None where there is none."""
        return None

    @property
    def uniform_bits(self) -> float | None:
        """Bits of one label under the uniform code; None where there is none."""
        return None if self.uniform_chance is None else -math.log2(self.uniform_chance)

    @property
    def choices(self) -> int | None:
        """How many values one answer may have; None where there is no end to them, as of numbers."""
        return len(self.names) or None

    @property
    def answers(self) -> int:
        """How many answers one label consists of: more than one where several labels may hold together."""
        return 1

    @property
    def largest_loss(self) -> float | None:
        """The most that `bounded` gives, in bits: 10 more than the uniform code; None where nothing bounds them."""
        return None if self.uniform_bits is None else 10 + self.uniform_bits

    def bounded(self, bits: np.ndarray) -> np.ndarray:
        """Return the bits of each label under the code mixed with 2^-10 of the uniform one: at most .0015 more.

        Labels without a uniform code have no bound: they are returned as they are.
        """
        if self.uniform_chance is None:
            return bits
        return np.asarray(-np.log2((1 - MIX) * np.exp2(-bits) + MIX * self.uniform_chance))

    # How a network learns them

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many outputs a network has that predicts one label."""

    @abstractmethod
    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss in nats of `labels` [B] or [B, L] under `outputs`, float [B, outputs].

        It has a gradient, and is the least in expectation where the outputs say how often labels occur. A class whose
        output is -inf is one that the network is told cannot be.
        """

    # How predictions of held-out labels are judged; `predicted` is what `Curve.held_out` has

    @abstractmethod
    def score(self, predicted: Any, labels: np.ndarray) -> float:
        """Return the held-out metric."""

    def score_error(self, predicted: Any, labels: np.ndarray, groups: np.ndarray) -> float | None:
        """Return the standard error of the held-out metric, labels of one of `groups` [H] taken together; or None."""
        return None

    def more_scores(self, predicted: Any, labels: np.ndarray) -> dict[str, float]:
        """Return further figures beside the metric."""
        return {}

    @abstractmethod
    def bits_of(self, predicted: Any, labels: np.ndarray) -> np.ndarray:
        """Return the bits [H] of held-out labels under the predictions."""

    # Its part of the record

    @property
    def spoken(self) -> str:
        """What the labels are, in words that follow a number of examples."""
        return f"{len(self.names)} classes"

    def hub_task(self, inputs: str) -> str:
        """Return the Hub's word for such labels of `inputs`; "other" where its list has none.

        https://github.com/huggingface/huggingface.js/blob/main/packages/tasks/src/pipelines.ts
        """
        return self.hub_tasks.get(inputs, inputs)

    def section(self) -> dict[str, Any]:
        """Return its part of the record's `dataset`, from which readers speak of labels (lit_hf/records/said.py)."""
        return {"classes": len(self.names), "class_names": list(self.names), "labels_are": self.spoken}

    @abstractmethod
    def calibrations(self, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return the record's `calibration` of each arm by name, or null with its reason and what stands for it."""

    def measures(self, labels: np.ndarray, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return what only such labels have among the record's measures; `arms`: "bits" and "baseline_bits"."""
        return {}

    @property
    def note(self) -> str | None:
        """What a reader of any result must be told of labels of this kind."""
        return None


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Held-out labels of a task, and how predictions of them are judged. `predicted`: what a curve's `held_out` has."""

    target: Target
    labels: np.ndarray
    groups: np.ndarray | None = None
    """int64 [H]: whose labels depend on each other; None: all stand by themselves."""

    def value(self, predicted: Any) -> float:
        """Return the metric."""
        return self.target.score(predicted, self.labels)

    def error(self, predicted: Any) -> dict[str, float]:
        """Return the `standard_error` of the metric; nothing where it is not known."""
        groups = np.arange(len(self.labels)) if self.groups is None else self.groups
        found = self.target.score_error(predicted, self.labels, groups)
        return {} if found is None else {"standard_error": found}

    def more(self, predicted: Any) -> dict[str, float]:
        """Return further figures."""
        return self.target.more_scores(predicted, self.labels)

    def at(self, predicted: Any) -> dict[str, float | None]:
        """Return the metric as a row of budgets has it: `accuracy`, null where the metric is another one beside it."""
        return {"accuracy": None, self.target.metric: self.value(predicted), **self.error(predicted)}

    def bits(self, predicted: Any) -> np.ndarray:
        """Return the bits [H] of the held-out labels under the predictions."""
        return self.target.bits_of(predicted, self.labels)
