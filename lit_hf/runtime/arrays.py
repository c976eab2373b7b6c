"""Numbers that a user brings, as float32 rows: what cannot be read exactly enough is refused, not cast in silence."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from lit_hf.errors import BadSetting

EXACT = (np.dtype(np.float32), np.dtype(np.float16), np.dtype(np.bool_), np.dtype(np.int8), np.dtype(np.uint8),
         np.dtype(np.int16), np.dtype(np.uint16))  # fmt: skip
"""Types whose every value is a float32."""
CHUNK = 65_536


def feature_rows(value: Any, name: str) -> np.ndarray:
    """Return float32 [N, d] of an array, a tensor, a data frame or lists of numbers; d is at least 1.

    Raises `BadSetting` for another shape, for complex, masked, sparse or other values than numbers, for numbers beyond
    float32, and where rows that differ would become equal.
    """
    found = _as_array(value, name)
    if found.ndim != 2 or not found.shape[1]:
        raise BadSetting(name, f"of shape {found.shape}", "rows of numbers, [N, d] with d of at least 1")
    if found.dtype in EXACT:
        return found.astype(np.float32, copy=False)
    with np.errstate(over="ignore"):
        rows = found.astype(np.float32)
    lost = int((np.isfinite(found) & ~np.isfinite(rows)).any(axis=1).sum())
    if lost:
        raise BadSetting(name, f"beyond 3.4e38 in {lost:,} rows", "numbers that float32 holds; scale them")
    merged = _distinct(found) - _distinct(rows)
    if merged:
        raise BadSetting(
            name, f"{found.dtype} of which {merged:,} different rows become equal in float32", "shifted or scaled first"
        )
    return rows


def _as_array(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.ma.MaskedArray):
        raise BadSetting(name, "a masked array", "an array without a mask: fill it, or leave its rows out")
    if hasattr(value, "toarray") and not isinstance(value, np.ndarray):
        raise BadSetting(name, f"sparse ({type(value).__name__})", "dense: call `.toarray()`")
    if hasattr(value, "detach"):  # a tensor: of any type, on any device, with or without a gradient
        if value.is_sparse:
            raise BadSetting(name, "a sparse tensor", "dense: call `.to_dense()`")
        if value.is_meta:
            raise BadSetting(name, "a tensor of the meta device, which holds no numbers", "real numbers")
        value = value.detach().to("cpu")
        value = (value.float() if value.is_floating_point() and value.dtype.itemsize < 4 else value).numpy()
    try:
        found = np.asarray(value)
    except ValueError as error:
        raise BadSetting(name, "lists of several lengths", "rows of equal length") from error
    if found.dtype.kind not in "fiub":
        given = "complex" if found.dtype.kind == "c" else f"{found.dtype} values"
        raise BadSetting(name, given, "real numbers")
    return found


def _distinct(rows: np.ndarray) -> int:
    """Return how many different rows there are; 0 and -0 are one."""
    seen = set[bytes]()
    for start in range(0, len(rows), CHUNK):
        chunk = np.ascontiguousarray(rows[start : start + CHUNK] + 0)
        seen.update(hashlib.blake2b(row.data, digest_size=16).digest() for row in chunk)
    return len(seen)
