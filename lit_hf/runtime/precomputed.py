"""Features that the user brings: one file with a row of numbers and a label for each example, from any network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.config import precomputed_file
from lit_hf.errors import FileUnreadable, MissingColumn, UnknownModel, nearest

FEATURES, LABELS, BASELINE = "features", "labels", "baseline_features"


@dataclass(frozen=True)
class Precomputed:
    """The arrays of one file: `features` float32 [N, d], `labels` of N values, `baseline` float32 [N, e] or None."""

    path: Path
    features: np.ndarray
    labels: Sequence[Any]
    baseline: np.ndarray | None


def read_precomputed(model: str) -> Precomputed:
    """Read the .npz or .parquet file of `features:FILE`; in parquet, features are a column of lists of numbers.

    Raises `UnknownModel` when there is no such file, `MissingColumn` for an array it lacks, `FileUnreadable`.
    """
    path = precomputed_file(model)
    assert path is not None, model
    if not path.is_file():
        siblings = [file.name for file in path.parent.glob("*.*")] if path.parent.is_dir() else []
        raise UnknownModel(model, [f"features:{path.parent / name}" for name in nearest(path.name, siblings)])
    arrays = _read_parquet(path) if path.suffix == ".parquet" else _read_npz(path)
    for name in (FEATURES, LABELS):
        if name not in arrays:
            raise MissingColumn(name, list(arrays))
    labels = arrays[LABELS]
    baseline = _matrix(path, arrays, BASELINE, len(labels)) if BASELINE in arrays else None
    return Precomputed(path, _matrix(path, arrays, FEATURES, len(labels)), labels, baseline)


def _read_npz(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, AttributeError) as error:  # AttributeError: a single array has no `files`
        raise FileUnreadable(path, "it is not an .npz file of plain arrays") from error
    return {name: array.tolist() if name == LABELS else array for name, array in arrays.items()}


def _read_parquet(path: Path) -> dict[str, Any]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise FileUnreadable(path, "it is not a parquet file") from error
    return {name: table.column(name).to_pylist() for name in table.column_names if name in (FEATURES, LABELS, BASELINE)}


def _matrix(path: Path, arrays: dict[str, Any], name: str, rows: int) -> np.ndarray:
    """Return float32 [rows, d], or raise for another shape or for what is no number."""
    try:
        found = np.asarray(arrays[name], dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise FileUnreadable(path, f"{name} is not a matrix of numbers") from error
    if found.ndim != 2 or len(found) != rows or not found.shape[1]:
        raise FileUnreadable(path, f"{name} has the shape {found.shape}, not one row for each of the {rows} labels")
    return np.ascontiguousarray(found)
