"""What a caller gives beside rows and labels, checked before any work: whole numbers, groups and a device."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from lit_hf.errors import BadSetting

LARGEST = 1e30
"""Beyond, squares of features are no float32."""


def require_arguments(orders: Any, seed: Any, num_classes: Any, device: Any) -> None:
    """Raise `BadSetting` for what is no whole number of its range, and for a device that is not here."""
    require_whole("orders", orders, 1)
    require_whole("seed", seed, 0)
    if num_classes is not None:
        require_whole("num_classes", num_classes, 1)
    if seed >= 2**128:
        raise BadSetting("seed", seed, "a whole number from 0 to 2^128 - 1")
    _require_device(device)


def require_whole(name: str, value: Any, least: int) -> None:
    """Raise `BadSetting` for what is no whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise BadSetting(name, value, f"a whole number of at least {least}")


def _require_device(device: Any) -> None:
    if device == "cpu":
        return
    import torch

    if device is None:
        raise BadSetting("device", device, "cpu, or a device that torch finds here")
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, NotImplementedError, AssertionError, TypeError) as error:
        raise BadSetting("device", device, "cpu, or a device that torch finds here") from error


def plain(values: Any, name: str) -> np.ndarray:
    """Return values as an array; text in Python objects, as frames hold it, becomes an array of text.

    Raises `BadSetting` for a mask, which arrays do not keep, and for text beside numbers, of which arrays make text.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise BadSetting(name, "a masked array", "an array without a mask: leave out its rows")
    if isinstance(values, list | tuple) and len({isinstance(each, str) for each in values}) > 1:
        raise BadSetting(name, "text beside other values", "all text, or none")
    found = np.asarray(values)
    if found.dtype.kind == "O" and all(isinstance(each, str) for each in found.ravel()):
        return found.astype(str)
    return found


def group_ids(groups: Any, rows: int) -> np.ndarray:
    """Return int64 [rows], equal numbers for rows of one group; without groups each row is one."""
    given = np.arange(rows) if groups is None else plain(groups, "groups")
    if given.shape != (rows,):
        raise BadSetting("groups", f"shape {given.shape}", "one group id for each label")
    if given.dtype.kind not in "iubfSUM" or (given.dtype.kind in "fM" and (given != given).any()):
        raise BadSetting(
            "groups", f"{given.dtype} values, or nothing in some rows", "a name or a number for each label"
        )
    return np.unique(given, return_inverse=True)[1].astype(np.int64)
