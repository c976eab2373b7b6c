"""A curve of the race: its first part, and the file in which a worker leaves it for the driver."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from lit_hf.runtime.cache import atomic_file

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve

_TUPLES = ("names", "parts")


def cut(curve: Curve, end: int) -> Curve:
    """Return the first `end` labels of a curve that went on (its checkpoint was audited, or led then)."""
    edges = curve.edges[curve.edges <= end]
    return dataclasses.replace(
        curve, bits=curve.bits[:end], index=curve.index[:end], groups=curve.groups[:end], edges=edges,
        expert_bits=curve.expert_bits[: len(edges) - 1], weights=curve.weights[: len(edges) - 1],
        confidence=curve.confidence[:end], correct=curve.correct[:end],
    )  # fmt: skip


def save_curve(path: Path, curve: Curve, truncated: float) -> None:
    """Write a curve's arrays and names, and the share of inputs that were `truncated`; atomically.

    A race predicts nothing held out, so there is no more to it.
    """
    parts = {each.name: getattr(curve, each.name) for each in dataclasses.fields(curve)}
    plain: dict[str, Any] = {name: np.asarray(v) for name, v in parts.items() if isinstance(v, np.ndarray | tuple)}
    with atomic_file(path) as file:
        np.savez_compressed(file, allow_pickle=False, truncated=truncated, **plain)


def load_curve(path: Path) -> tuple[Curve, float] | None:
    """Return what `save_curve` wrote; None when there is no such file, or it is broken."""
    from lit_hf.codes.curve import Curve

    try:
        with np.load(path, allow_pickle=False) as stored:
            found: dict[str, Any] = {name: stored[name] for name in stored.files}
        truncated = float(found.pop("truncated"))
        found |= {name: tuple(found[name].tolist()) for name in _TUPLES}
        return Curve(**found), truncated
    except (OSError, ValueError, KeyError, TypeError, BadZipFile):
        return None
