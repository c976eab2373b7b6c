"""Features that the user brings: one file with a row of numbers and a label for each example, from any network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.config import precomputed_file
from lit_hf.errors import BadSetting, FileUnreadable, MissingArray, NoFeatureFile, nearest
from lit_hf.runtime.arrays import feature_rows

FEATURES, LABELS, BASELINE, GROUPS = "features", "labels", "baseline_features", "groups"
KNOWN = (FEATURES, LABELS, BASELINE, GROUPS)


@dataclass(frozen=True)
class Precomputed:
    """The arrays of one file: `features` float32 [N, d], `labels` of N values, `baseline` float32 [N, e] or None."""

    path: Path
    features: np.ndarray
    labels: Sequence[Any]
    baseline: np.ndarray | None
    groups: np.ndarray | None = None
    """int64 [N]: rows of one group are coded together."""


def read_precomputed(model: str) -> Precomputed:
    """Read the .npz or .parquet file of `features:FILE`; in parquet, features are a column of lists of numbers.

    Raises `NoFeatureFile` when there is no such file, `MissingArray` for an array it lacks, `FileUnreadable` for what
    cannot be read or does not fit.
    """
    path = precomputed_file(model)
    assert path is not None, model
    if not path.is_file():
        siblings = [file.name for file in path.parent.glob("*.*")] if path.parent.is_dir() else []
        raise NoFeatureFile(path, [f"features:{path.parent / name}" for name in nearest(path.name, siblings)])
    arrays = _read_parquet(path) if path.suffix == ".parquet" else _read_npz(path)
    for name in (FEATURES, LABELS):
        if name not in arrays:
            raise MissingArray(path, name, list(arrays))
    labels = arrays[LABELS]
    rows = {name: _matrix(path, arrays[name], name, len(labels)) for name in (FEATURES, BASELINE) if name in arrays}
    return Precomputed(path, rows[FEATURES], labels, rows.get(BASELINE), _groups(path, arrays.get(GROUPS), len(labels)))


def _read_npz(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = list(stored.files)
            arrays = {name: stored[name] for name in names if name in KNOWN}
    except AttributeError as error:  # a single array has no `files`
        raise FileUnreadable(path, f"it holds one array; write `numpy.savez` with {FEATURES} and {LABELS}") from error
    except MemoryError as error:
        raise FileUnreadable(path, "its header speaks of more numbers than this machine can hold") from error
    except Exception as error:  # numpy and zipfile fail in many ways on a file that is empty, cut or damaged
        raise FileUnreadable(path, f"it is not an .npz file of plain arrays ({type(error).__name__})") from error
    unknown = [name for name in names if name not in KNOWN]
    if unknown and FEATURES in arrays and LABELS in arrays:
        raise FileUnreadable(path, f"it has arrays that nothing reads: {', '.join(unknown)}; known: {', '.join(KNOWN)}")
    arrays |= dict.fromkeys(unknown)
    if LABELS in arrays:
        arrays[LABELS] = _label_list(path, arrays[LABELS])
    return arrays


def _label_list(path: Path, labels: np.ndarray) -> list[Any]:
    if labels.ndim == 0 or (labels.ndim == 2 and labels.shape[1] == 1):
        raise FileUnreadable(path, f"{LABELS} has the shape {labels.shape}, not one label for each row")
    if labels.dtype.kind in "cV":
        raise FileUnreadable(path, f"{LABELS} are {labels.dtype}, neither classes nor numbers")
    return list(labels.tolist())


def _read_parquet(path: Path) -> dict[str, Any]:
    """Return the known columns; a table may have others, which are left alone."""
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        raise FileUnreadable(path, "it is not a parquet file") from error
    known = {name: table.column(name).to_pylist() for name in table.column_names if name in KNOWN}
    return known if {FEATURES, LABELS} <= known.keys() else {**dict.fromkeys(table.column_names), **known}


def _matrix(path: Path, values: Any, name: str, rows: int) -> np.ndarray:
    """Return float32 [rows, d], or raise `FileUnreadable` for another shape or for what is no number."""
    try:
        found = feature_rows(values, name)
    except BadSetting as error:
        raise FileUnreadable(path, f"{name} is {error.value}, but must be {error.expected}") from error
    if len(found) != rows:
        raise FileUnreadable(path, f"{name} has the shape {found.shape}, not one row for each of the {rows} labels")
    return np.ascontiguousarray(found)


def _groups(path: Path, values: Any, rows: int) -> np.ndarray | None:
    """Return int64 [rows], equal numbers for rows of one group, or None where the file names no groups."""
    if values is None:
        return None
    found = np.asarray(values)
    if found.shape != (rows,):
        raise FileUnreadable(path, f"{GROUPS} has the shape {found.shape}, not one group for each of the {rows} labels")
    if found.dtype.kind == "O" or (found.dtype.kind == "f" and not np.isfinite(found).all()):
        raise FileUnreadable(path, f"{GROUPS} has rows without a group")
    if found.dtype.kind not in "iubfSU":
        raise FileUnreadable(path, f"{GROUPS} are {found.dtype}, not names or numbers")
    return np.unique(found, return_inverse=True)[1].astype(np.int64)
