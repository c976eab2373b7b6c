"""Held-out accuracy through the `evaluate` library, with a metric that needs no network."""

from __future__ import annotations

from typing import Any

import numpy as np


def accuracy(predictions: np.ndarray, references: np.ndarray) -> float:
    """Return the share of `predictions` int [M] that equal `references` int [M], between 0 and 1."""
    return float(_metric().compute(predictions=predictions, references=references)["accuracy"])


def _metric() -> Any:
    """Return an `evaluate.Metric`; the library is slow to import, so the class is made when it is first needed."""
    import datasets
    import evaluate

    class Accuracy(evaluate.Metric):
        """Share of correct predictions. `evaluate.load("accuracy")` fetches a script from the Hub; this does not."""

        def _info(self) -> evaluate.MetricInfo:
            whole = datasets.Value("int64")
            return evaluate.MetricInfo(
                description="Share of predictions that equal their reference.",
                citation="",
                inputs_description="predictions, references: integers",
                features=datasets.Features({"predictions": whole, "references": whole}),
            )

        def _compute(self, predictions: np.ndarray, references: np.ndarray) -> dict[str, float]:
            return {"accuracy": float((np.asarray(predictions) == np.asarray(references)).mean())}

    return Accuracy()
