"""The scores that others rank checkpoints by, computed from the same features, one definition a file.

A score is a pure function of features [N, d] and labels [N] that returns one float, higher is better. Too little data
gives NaN. None of them is a codelength: they have no unit in common, no interval and no baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Score = Callable[["np.ndarray", "np.ndarray"], float]

NAMES = ("logme", "hscore", "nleep", "knn", "linear_probe")


def other_score(name: str) -> Score:
    """The function of that name; its module, and with it scikit-learn, is imported here and not before."""
    return getattr(import_module(f"{__name__}.{name}"), name)
