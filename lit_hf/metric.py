"""The `evaluate` library's one home: held-out accuracy, and information transfer as a measurement that it can load."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


def measurement_path() -> str:
    """Return the folder that `evaluate.load` takes to load the measurement `information_transfer`; no network is used.

    `evaluate.load(lit_hf.measurement_path()).compute(features=..., baseline_features=..., references=...)`
    """
    return str(Path(__file__).parent / "evaluate_measurement" / "information_transfer")


def accuracy(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return the share of `predictions` int [M] that equal `references` int [M], between 0 and 1."""
    return _score("accuracy", "int64", predictions, references)


def micro_f1(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return F1 of all answers to all questions together, both [M, L] of 0 and 1; 0 when nothing is found or right."""
    return _score("micro_f1", "int64", predictions.ravel(), references.ravel())


def rmse(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return the root of the mean squared difference of `predictions` and `references`, floats [M]."""
    return _score("rmse", "float64", predictions, references)


def r_squared(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return 1 - squared error / squared error of the references' mean; below 0 when the mean is better."""
    return _score("r2", "float64", predictions, references)


def _accuracy(predictions: np.ndarray, references: np.ndarray) -> float:
    return float((predictions == references).mean())


def _micro_f1(predictions: np.ndarray, references: np.ndarray) -> float:
    both = float((predictions & references).sum())
    return 2 * both / max(float(predictions.sum() + references.sum()), 1.0)


def _rmse(predictions: np.ndarray, references: np.ndarray) -> float:
    return float(np.sqrt(np.square(predictions - references).mean()))


def _r_squared(predictions: np.ndarray, references: np.ndarray) -> float:
    spread = float(np.square(references - references.mean()).sum())
    return 1 - float(np.square(predictions - references).sum()) / spread if spread > 0 else float("nan")


_SCORES = {
    "accuracy": (_accuracy, "Share of predictions that equal their reference."),
    "micro_f1": (_micro_f1, "F1 over all questions with answers 0 and 1."),
    "rmse": (_rmse, "Root of the mean squared error."),
    "r2": (_r_squared, "Share of the references' variance that is explained."),
}


def _score(name: str, kind: str, predictions: np.ndarray, references: np.ndarray) -> float:
    return float(_metric(name, kind).compute(predictions=predictions, references=references)[name])


@cache
def _metric(name: str, kind: str) -> Any:
    """Return an `evaluate.Metric`; the library is slow to import, so the class is made when it is first needed.

    `evaluate.load("accuracy")` fetches a script from the Hub; this does not.
    """
    import datasets
    import evaluate

    score, meaning = _SCORES[name]

    class Metric(evaluate.Metric):
        """One of `_SCORES`."""

        def _info(self) -> evaluate.MetricInfo:
            value = datasets.Value(kind)
            return evaluate.MetricInfo(
                description=meaning,
                citation="",
                inputs_description=f"predictions, references: {kind}",
                features=datasets.Features({"predictions": value, "references": value}),
            )

        def _compute(self, predictions: np.ndarray, references: np.ndarray) -> dict[str, float]:
            return {name: score(np.asarray(predictions), np.asarray(references))}

    return Metric()


@cache
def _measurement() -> Any:
    """Return the class of the measurement, made when it is first needed."""
    import datasets
    import evaluate

    rows = datasets.Sequence(datasets.Value("float32"))

    class InformationTransfer(evaluate.Measurement):
        """L_IT (frozen): bits that labels cost less with one encoder's features than with a baseline's."""

        def _info(self) -> evaluate.MeasurementInfo:
            return evaluate.MeasurementInfo(
                description=str(self.__doc__),
                citation="Zhang, Li, Dou, Wu (2020), Measuring Information Transfer in Neural Networks, 2009.07624",
                inputs_description=_INPUTS,
                features=datasets.Features(
                    {"features": rows, "baseline_features": rows, "references": datasets.Value("int64")}
                ),
            )

        def _compute(
            self, features: Iterable[Any], baseline_features: Iterable[Any], references: Iterable[int],
            num_classes: int | None = None, orders: int = 3, seed: int = 0, groups: list[int] | None = None,
            device: str = "cpu",
        ) -> dict[str, Any]:  # fmt: skip
            from lit_hf.api import transfer

            mine, other = (np.asarray(list(rows), dtype=np.float32) for rows in (features, baseline_features))
            found = transfer(
                mine, other, np.asarray(list(references)), num_classes=num_classes, orders=orders, seed=seed,
                groups=groups, device=device,
            )  # fmt: skip
            return {"bits": found.bits, "interval": list(found.interval), "bits_per_label": found.bits_per_label}

    return InformationTransfer


_INPUTS = """features, baseline_features: floats [N, d] and [N, e], rows of the same N examples under two encoders;
references: N whole numbers, their labels. Also num_classes, orders (3), seed (0), groups and device ("cpu"), as in
`lit_hf.transfer`. Returns bits, the 95 % interval [low, high] in bits, and bits_per_label."""


def __getattr__(name: str) -> Any:
    """Give `InformationTransfer` to who imports it by name: the library looks for a class in the script it loads."""
    if name == "InformationTransfer":
        return _measurement()
    raise AttributeError(name)
