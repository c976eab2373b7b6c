"""Numbers: a label is the bin of a stated width that it falls in. There is no end to the bins, so no uniform code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lit_hf.coding.rules import Rule
from lit_hf.coding.written import NO_END, Written
from lit_hf.tasks.kinds import choose_kind
from lit_hf.tasks.schema import Schema, of_type
from lit_hf.tasks.targets.bins import Bins, bins_of, find_bins, has_fractions, read_numbers
from lit_hf.tasks.targets.contract import Found, Target

if TYPE_CHECKING:
    from torch import Tensor

    from lit_hf.codes.prequential import Coder
    from lit_hf.codes.probe_mixture import StreamCode
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.codelength import Codelength
    from lit_hf.coding.opinion import Opinion
    from lit_hf.coding.order import Code, Examples, Order, PreparedOrder
    from lit_hf.config import Settings

_HALVINGS, _DRAWS = 20, 20
"""Of the range of the labels, for a median; times that a number is drawn again which is the right one."""


@dataclass(frozen=True)
class BinRule:
    """The rule of bins: probes that predict distributions, in small increments; there is no block code."""

    def stream_code(self, dim: int, groups: np.ndarray, code: Code) -> StreamCode:
        """Return the online code with fresh probes."""
        import torch

        from lit_hf.codes.numbers import NumberMixture
        from lit_hf.codes.probe_mixture import StreamCode
        from lit_hf.codes.schedule import increments
        from lit_hf.probes.number_bank import number_bank

        learner = NumberMixture(number_bank(dim, device=code.device), torch.device(code.device))
        return StreamCode(learner, tuple(increments(groups)), nulls=False)  # type: ignore[arg-type]

    def coder(self, prepared: PreparedOrder, labels: np.ndarray, held_out: Tensor | None = None) -> Coder:
        """Return what pays for bins by position; the marginal stands beside its probes."""
        from lit_hf.codes.numbers import NumberCoder

        return NumberCoder(
            prepared.stream, labels, prepared.groups, prepared.code, 0, index=prepared.index, held_out=held_out
        )  # fmt: skip

    def digest(self, code: Code) -> str:
        """Return the hash of the bank of numbers."""
        from lit_hf.probes.number_bank import number_hash

        return number_hash(code.device)


@dataclass(frozen=True)
class Regression(Target):
    """Labels are bins of `width`, in units of the numbers; `origin` is the middle of bin 0."""

    width: float
    origin: float = 0.0

    name: ClassVar[str] = "regression"
    asked_as: ClassVar[str | None] = "regression"
    null_name: ClassVar[str] = "marginal"
    no_other_scores: ClassVar[str | None] = "labels are numbers, and these scores are defined for classes"
    null_slack: ClassVar[float] = 1.0
    metric: ClassVar[str] = "rmse"
    hub_tasks: ClassVar[Mapping[str, str]] = {
        "text-classification": "text-scoring", "text-pair-classification": "text-scoring",
        "features": "tabular-regression",
    }  # fmt: skip
    no_uniform: ClassVar[str] = "numbers have no uniform code: there is no end to the bins"

    @classmethod
    def find(cls, schema: Schema, settings: Settings) -> Found | None:
        """Return a label column of real numbers, or the label column of any type when `--task` asks for it."""
        asked = settings.task == cls.asked_as
        if not asked and (settings.task is not None or not of_type(schema, "number")):
            return None
        kind, columns = choose_kind(
            schema, None, settings.text_column, settings.text_pair_column, settings.label_column
        )  # fmt: skip
        if not asked and schema[columns.label].type != "number":
            return None
        return Found(kind, columns, (columns.label,))

    @classmethod
    def read(
        cls, table: Mapping[str, Sequence[Any]], columns: Sequence[str], schema: Schema, settings: Settings
    ) -> Target | None:
        """Return the width of a bin; None when nobody asked for numbers and all of them are whole."""
        [column] = columns
        numbers = read_numbers(table[column], column)
        if settings.task != cls.asked_as and not has_fractions(numbers):
            return None
        return cls(*find_bins(numbers, settings.bin_width, column))

    def encode(self, table: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the bin of each row."""
        [column] = columns
        return bins_of(read_numbers(table[column], column), Bins(self.width, self.origin))

    def identity(self, labels: np.ndarray) -> list[str]:
        """Return width and bin, counted from 0 where the origin is in the middle of such a bin, else from the origin.

        So the fingerprint of targets that are whole widths is that of version 0.1.0, whose bins began at 0.
        """
        steps = self.origin / self.width
        first = round(steps)
        if abs(steps - first) > 1e-6:
            return [f"{self.width!r} from {self.origin!r} {number}" for number in labels.tolist()]
        return [f"{self.width!r} {number + first}" for number in labels.tolist()]

    def speak(self, label: Any) -> str:
        """Return the number in the middle of the bin."""
        return f"{self.origin + label * self.width:.12g}"

    @property
    def rule(self) -> Rule:
        """The code of bins."""
        return BinRule()

    def opinion(self, features: Rows, examples: Examples, order: Order, code: Code) -> Opinion:
        """Return what one order says of each number; `table` [N, 2]: the median in bins, and the chance of its bin."""
        from lit_hf.coding.opinion import Opinion, predictions

        count, ends = len(examples.labels), (float(examples.labels.min()), float(examples.labels.max()))
        chance, table, position = np.empty(count), np.empty((count, 2)), np.empty(count, np.int64)
        for places, index, found in predictions(features, examples, self.rule, order, code):
            middle = _median(found, len(index), *ends)
            chance[index], position[index] = np.exp2(-found.bits(examples.labels[index])), places + 1
            table[index] = np.stack([middle, np.exp2(-found.bits(np.round(middle)))], 1)
        return Opinion(chance, table, position)

    def suggested(self, labels: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean of the orders' predictive medians."""
        from lit_hf.coding.opinion import bits_of

        return np.round(table[:, 0]).astype(np.int64), bits_of(table[:, 1])

    def mistaken(self, labels: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return numbers of other rows."""
        found = rng.choice(labels, len(rows))
        for _ in range(_DRAWS):
            same = found == labels[rows]
            found[same] = rng.choice(labels, int(same.sum()))
        return np.asarray(found)

    @property
    def written(self) -> Written:
        """Bins, found by halving; the tails of distributions are scipy's."""
        return Written(self.rule, NO_END, libraries=("scipy",))

    @classmethod
    def from_header(cls, symbols: int, columns: int, mark: int) -> Written | None:
        """Return the way of bins."""
        return Written(BinRule(), NO_END, libraries=("scipy",)) if (symbols, columns, mark) == (NO_END, 0, 0) else None

    def null_bits(self, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the bits under the marginal code."""
        from lit_hf.codes.marginal import marginal_bits

        return marginal_bits(labels, groups)

    @property
    def outputs(self) -> int:
        """Mean and logarithm of the deviation of a normal distribution, in bins."""
        return 2

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return the negative log-density of bins under N(m, e^s): ((y - m) / e^s)^2 / 2 + s + log(2 pi) / 2.

        Its least deviation is half a bin: what is coded are bins, and a density has no end.
        """
        mean, spread = outputs[:, 0], outputs[:, 1].clamp(min=math.log(0.5))
        errors = (labels.to(outputs.dtype) - mean) * (-spread).exp()
        return (errors.square() / 2 + spread + math.log(2 * math.pi) / 2).mean()

    def score(self, predicted: Any, labels: np.ndarray) -> float:
        """Return the root mean square error, in units of the numbers."""
        from lit_hf.measures.scores import rmse

        return self.width * rmse(predicted.location(), labels)

    def score_error(self, predicted: Any, labels: np.ndarray, groups: np.ndarray) -> float | None:
        """Return the standard error of the root mean square error: that of the mean square over twice the root."""
        from lit_hf.measures.scores import error_of_mean

        squares = np.square(predicted.location() - labels)
        root, error = float(np.sqrt(squares.mean())), error_of_mean(squares, groups)
        return None if error is None or not root else self.width * error / (2 * root)

    def more_scores(self, predicted: Any, labels: np.ndarray) -> dict[str, float]:
        """Return R^2."""
        from lit_hf.measures.scores import r_squared

        return {"r2": r_squared(predicted.location(), labels)}

    def bits_of(self, predicted: Any, labels: np.ndarray) -> np.ndarray:
        """Return the bits of bins under predictive distributions."""
        return np.asarray(predicted.bits(labels))

    @property
    def spoken(self) -> str:
        """Numbers."""
        return "numbers"

    def hub_task(self, inputs: str) -> str:
        """Return the Hub's word for numbers of `inputs`."""
        return self.hub_tasks.get(inputs, "other")

    def section(self) -> dict[str, Any]:
        """Return the width of a bin, the middle of bin 0, and why there are no classes."""
        nothing = {"classes": None, "classes_reason": "labels are numbers", "class_names": None}
        bins = {"bin_width": self.width, "bin_origin": self.origin}
        return nothing | bins | {"labels_are": self.spoken, "label_scale": {"step": self.width, "origin": self.origin}}

    def calibrations(self, arms: Mapping[str, Codelength | None]) -> dict[str, Any]:
        """Return how often numbers fell within the intervals that were predicted for them."""
        return {"calibration": None, "calibration_reason": "labels are numbers: see coverage"} | {
            "coverage": {name: None if arm is None else _coverage(arm) for name, arm in arms.items()}
        }

    @property
    def note(self) -> str | None:
        """What the width of the bins does."""
        return (
            f"Labels are coded to the bin of width {self.width:g} that they fall in; a width half as large adds one "
            "bit to each label in every arm, and leaves the transfer as it is."
        )


def _median(found: Any, count: int, low: float, high: float) -> np.ndarray:
    """Return the median [b] of predictive distributions between two ends, by halving."""
    lows, highs = np.full(count, low), np.full(count, high)
    for _ in range(_HALVINGS):
        middle = (lows + highs) / 2
        under = found.below(middle) < 0.5
        lows, highs = np.where(under, middle, lows), np.where(under, highs, middle)
    return np.asarray((lows + highs) / 2)


def _coverage(arm: Codelength) -> list[dict[str, Any]]:
    from lit_hf.measures.coverage import coverage_by_decade

    return [asdict(found) for found in coverage_by_decade(np.stack([curve.below for curve in arm.curves]))]
