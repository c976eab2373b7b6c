"""Classes: each label is one of C. The code of an alphabet, the uniform code and the class prior beside its probes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lit_hf.coding.rules import Alphabet, Rule
from lit_hf.coding.written import NO_END, Written
from lit_hf.errors import TooFewClasses
from lit_hf.tasks.kinds import choose_kind
from lit_hf.tasks.labels import MISSING, class_names, encode_labels, find_classes
from lit_hf.tasks.schema import Schema
from lit_hf.tasks.targets.contract import Found, Target

if TYPE_CHECKING:
    from torch import Tensor

    from lit_hf.coding.codelength import Codelength
    from lit_hf.config import Settings


@dataclass(frozen=True)
class SingleLabel(Target):
    """Labels 0 .. C - 1 stand for classes of these `classes` names; `values`: what a dataset's raw labels are."""

    classes: tuple[str, ...]
    values: tuple[Any, ...] = ()

    name: ClassVar[str] = "single_label"
    metric: ClassVar[str] = "accuracy"
    has_block_codes: ClassVar[bool] = True
    labels_words: ClassVar[bool] = True
    has_sensitivity: ClassVar[bool] = True
    one_class: ClassVar[bool] = True

    @classmethod
    def find(cls, schema: Schema, settings: Settings) -> Found | None:
        """Return the columns that the kind of the inputs finds: in the end every dataset is one of classes."""
        kind, columns = choose_kind(
            schema, settings.task, settings.text_column, settings.text_pair_column, settings.label_column
        )  # fmt: skip
        return Found(kind, columns, (columns.label,))

    @classmethod
    def read(
        cls, table: Mapping[str, Sequence[Any]], columns: Sequence[str], schema: Schema, settings: Settings
    ) -> Target | None:
        """Return the classes of a whole split; raise `BadSetting` when its labels are real numbers."""
        [column] = columns
        declared = schema[column].names if column in schema else None
        return cls.of(find_classes(table[column], declared, column), declared)

    @classmethod
    def of(cls, classes: Mapping[Any, int], declared: Sequence[str] | None) -> SingleLabel:
        """Return the target of raw values in the order of their `classes`, with the names that a dataset declares."""
        return cls(class_names(dict(classes), declared), tuple(classes))

    def encode(self, table: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the class of each row; a label that is none of them is missing."""
        [column] = columns
        labels = encode_labels(table[column], {value: place for place, value in enumerate(self.values)}, column)
        return labels, labels != MISSING

    def require_usable(self, labels: np.ndarray) -> None:
        """Raise `TooFewClasses` for fewer than two different labels."""
        if len(np.unique(labels)) < 2:
            raise TooFewClasses(len(np.unique(labels)))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes of the whole split, whatever is drawn."""
        return self.classes

    def identity(self, labels: np.ndarray) -> list[str]:
        """Return the names of the classes."""
        return [self.classes[label] for label in labels]

    def speak(self, label: Any) -> str:
        """Return the name of the class."""
        return self.classes[label]

    @property
    def rule(self) -> Rule:
        """The code of an alphabet of C."""
        return Alphabet(len(self.classes))

    def suggested(self, labels: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the likeliest other class."""
        from lit_hf.coding.opinion import bits_of

        rows = np.arange(len(labels))
        others = table.copy()
        others[rows, labels] = -1
        found = others.argmax(1)
        return found, bits_of(table[rows, found])

    def mistaken(self, labels: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return other classes, each as likely."""
        return np.asarray((labels[rows] + rng.integers(1, len(self.classes), len(rows))) % len(self.classes))

    def confused(
        self, labels: np.ndarray, table: np.ndarray, count: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return rows and other classes in proportion to what rows of a class give to another one on average."""
        given = np.zeros((len(self.classes), len(self.classes)))
        np.add.at(given, labels, table)
        given /= np.maximum(np.bincount(labels, minlength=len(given)), 1)[:, None]
        np.fill_diagonal(given, 0)
        weight = given.sum(1)[labels]
        rows = rng.choice(len(labels), count, replace=False, p=weight / weight.sum())
        chances = given[labels[rows]].cumsum(1)
        draws = rng.random(count) * chances[:, -1]
        return rows, (chances <= draws[:, None]).sum(1)

    @property
    def written(self) -> Written:
        """One of C symbols each."""
        return Written(self.rule, len(self.classes))

    @classmethod
    def from_header(cls, symbols: int, columns: int, mark: int) -> Written | None:
        """Return the way of C classes."""
        return None if symbols == NO_END or columns or mark else Written(Alphabet(symbols), symbols)

    def null_bits(self, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the bits under the class prior."""
        from lit_hf.codes.baselines import class_prior_bits

        return class_prior_bits(labels, len(self.classes), groups)

    @property
    def uniform_chance(self) -> float | None:
        """1 / C."""
        return 1 / len(self.classes)

    @property
    def uniform_bits(self) -> float | None:
        """log2 C."""
        return float(np.log2(len(self.classes)))

    @property
    def outputs(self) -> int:
        """C logits."""
        return len(self.classes)

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return the cross-entropy of softmax(outputs)."""
        from torch.nn.functional import cross_entropy

        return cross_entropy(outputs, labels)

    def score(self, predicted: Any, labels: np.ndarray) -> float:
        """Return the share of right classes."""
        from lit_hf.measures.scores import accuracy

        return accuracy(predicted.argmax(-1), labels)

    def score_error(self, predicted: Any, labels: np.ndarray, groups: np.ndarray) -> float | None:
        """Return the standard error of the share of right classes."""
        from lit_hf.measures.scores import error_of_mean

        return error_of_mean(predicted.argmax(-1) == labels, groups)

    def bits_of(self, predicted: Any, labels: np.ndarray) -> np.ndarray:
        """Return the bits of the labels under log probabilities [H, C]."""
        from lit_hf.measures.excess import bits_of

        return bits_of(predicted, labels)

    def calibrations(self, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return whether the likeliest class was right as often as it was likely."""
        return {"calibration": {name: None if arm is None else _calibration(arm) for name, arm in arms.items()}}


def _calibration(arm: Codelength) -> list[dict[str, Any]]:
    from lit_hf.measures.calibration import calibration_by_decade

    confidence, correct = (
        np.stack([getattr(curve, name) for curve in arm.curves]) for name in ("confidence", "correct")
    )
    return [asdict(found) for found in calibration_by_decade(confidence, correct)]
