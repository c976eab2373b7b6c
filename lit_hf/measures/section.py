"""The record's `measures`: everything that is read off the learning curves beside the codelength and the transfer.

What cannot be said is null, with its reason under the same name followed by `_reason`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np

from lit_hf.measures.budgets import at_budgets
from lit_hf.measures.compression import compression
from lit_hf.measures.excess import excess
from lit_hf.measures.intervals import interval
from lit_hf.measures.isotonic import Isotonic, isotonic_curve
from lit_hf.measures.labels_saved import labels_saved
from lit_hf.measures.last_block import last_block
from lit_hf.measures.sensitivity import sensitivity
from lit_hf.measures.surplus import surplus

SHARES = (0.75, 0.5, 0.25)  # of the uniform code's bits per label: the losses that are asked for
NO_BASELINE = "there is no random twin to compare with"


class _Arm(Protocol):
    @property
    def bits(self) -> float: ...
    @property
    def curves(self) -> tuple[Any, ...]: ...
    def by_group(self) -> tuple[np.ndarray, np.ndarray]: ...


class _Arms(Protocol):
    @property
    def encoder(self) -> _Arm: ...
    @property
    def twin(self) -> _Arm | None: ...
    @property
    def without(self) -> Mapping[str, tuple[float, float]]: ...


def measures(
    arms: _Arms, holdout: Any, uniform: float | None, calibrations: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """Return the section.

    holdout: judges predictions for held-out labels (`HeldOut` in lit_hf/tasks/targets), or None; uniform: bits of the
    uniform code for the stream, None where there is none; calibrations: what the labels' kind says of it.
    """
    both = {"encoder": arms.encoder, "baseline": arms.twin}
    curves = {name: None if arm is None else _falling(arm) for name, arm in both.items()}
    return {
        **_against_uniform(arms, curves, uniform),
        "budgets": at_budgets(arms, holdout),  # type: ignore[arg-type]
        "last_block": _last(both),
        **_excess(arms.encoder, holdout),
        **_saved(curves["encoder"], curves["baseline"]),
        **calibrations,
        **_sensitivity(arms),
    }


def _against_uniform(arms: _Arms, curves: dict[str, Isotonic | None], uniform: float | None) -> dict[str, Any]:
    if uniform is None:
        reason = "there is no uniform code"
        return {"compression": None, "compression_reason": reason, "surplus": None, "surplus_reason": reason}
    per_label = uniform / len(arms.encoder.curves[0].bits)
    return {
        "compression": compression(uniform, arms.encoder.bits),
        "surplus": [_surplus(curves, share * per_label) for share in SHARES],
    }


def _bits(arm: _Arm) -> np.ndarray:
    return np.stack([curve.bits for curve in arm.curves])


def _falling(arm: _Arm) -> Isotonic:
    return isotonic_curve(_bits(arm), arm.curves[0].edges)


def _last(both: dict[str, _Arm | None]) -> dict[str, Any]:
    found = {name: last_block(_bits(arm)) for name, arm in both.items() if arm is not None}
    values = {f"{name}_bits_per_label": found[name][0] if name in found else None for name in both}
    return {"labels": found["encoder"][1], **values}


def _surplus(curves: dict[str, Isotonic | None], eps: float) -> dict[str, Any]:
    return {"eps": eps} | {
        name: None
        if curve is None
        else {key: value for key, value in asdict(surplus(curve, eps)).items() if key != "eps"}
        for name, curve in curves.items()
    }


def _excess(arm: _Arm, holdout: Any) -> dict[str, Any]:
    labels = len(arm.curves[0].bits)
    table = arm.curves[0].held_out.get(labels)
    found = None
    if holdout is not None and table is not None:
        found = excess(arm.bits, interval(*arm.by_group()).variance, labels, holdout.bits(table))
    names = ("excess_description_length", "epiplexity")
    if found is None:
        reason = "the final loss needs at least 30 held-out examples"
        return dict[str, Any](dict.fromkeys(names)) | {f"{name}_reason": reason for name in names}
    return dict.fromkeys(names, asdict(found))


def _saved(encoder: Isotonic | None, baseline: Isotonic | None) -> dict[str, Any]:
    assert encoder is not None
    if baseline is None:
        return {"labels_saved": None, "labels_saved_reason": NO_BASELINE}
    marks = [*(n for n in (100, 500, 2000) if n < encoder.labels), encoder.labels]
    return {"labels_saved": [asdict(labels_saved(encoder, baseline, n)) for n in marks]}


def _sensitivity(arms: _Arms) -> dict[str, Any]:
    if arms.twin is None or not arms.without:
        reason = (
            NO_BASELINE if arms.twin is None else "not asked for: it codes both arms once more for each kind of probe"
        )
        return {"sensitivity": None, "sensitivity_reason": reason}
    whole = arms.twin.curves[0].bits.sum() - arms.encoder.curves[0].bits.sum()
    return {"sensitivity": [asdict(found) for found in sensitivity(float(whole), arms.without)]}
