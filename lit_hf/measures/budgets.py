"""What a budget of labels buys: bits paid and held-out accuracy after 100, 500, 2,000 and all labels."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

BUDGETS = (100, 500, 2000)


class _Curve(Protocol):
    bits: np.ndarray
    held_out: dict[int, np.ndarray]


class _Arm(Protocol):
    @property
    def curves(self) -> tuple[Any, ...]: ...


class _Arms(Protocol):
    @property
    def encoder(self) -> _Arm: ...
    @property
    def twin(self) -> _Arm | None: ...


def at_budgets(arms: _Arms, holdout: Any) -> list[dict[str, Any]]:
    """Return for each budget that the stream reaches: labels, bits of both arms (means over orders; the baseline's are
    null without one), held-out accuracy of the encoder's probes (null without held-out examples, and for numbers).

    holdout: gives the metric for predictions by its `at`; or None."""
    total = len(arms.encoder.curves[0].bits)
    return [_budget(arms, holdout, n) for n in [*(b for b in BUDGETS if b < total), total]]


def _budget(arms: _Arms, holdout: Any, labels: int) -> dict[str, Any]:
    predicted = arms.encoder.curves[0].held_out.get(labels)
    known = predicted is not None and holdout is not None
    return {
        "labels": labels,
        "bits": _paid(arms.encoder, labels),
        "baseline_bits": None if arms.twin is None else _paid(arms.twin, labels),
        **(holdout.at(predicted) if known else {"accuracy": None}),
    }


def _paid(arm: _Arm, labels: int) -> float:
    return float(np.mean([curve.bits[:labels].sum() for curve in arm.curves]))
