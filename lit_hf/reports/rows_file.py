"""Rows as one file of the kind that its name says: Parquet, CSV, or a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lit_hf.errors import NotWritable, UsageError
from lit_hf.reports.tables import write_csv, write_parquet

ENDINGS = (".parquet", ".csv", ".jsonl")


def require_free(path: Path, overwrite: bool) -> None:
    """Raise `UsageError` for a name of another kind and for a file that exists, `NotWritable` without a folder."""
    if path.suffix not in ENDINGS:
        raise UsageError(f"{path} ends in none of {', '.join(ENDINGS)}.", f"Write `{path.stem}.parquet`.")
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists.", "Give `--overwrite`, or another name.")
    if not path.parent.is_dir():
        raise NotWritable(path.parent, "there is no such folder")


def write_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], path: Path) -> None:
    """Write rows; `columns`: what they hold, as in `lit_hf.reports.tables`. In a CSV no text is run as a formula."""
    from lit_hf.runtime.cache import atomic_file

    with atomic_file(path) as file:
        draft = Path(file.name)
        if path.suffix == ".parquet":
            write_parquet(rows, columns, draft)
        elif path.suffix == ".csv":
            write_csv(rows, list(columns), draft)
        else:
            lines = (json.dumps(dict(row), ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
            draft.write_text("".join(lines), encoding="utf-8")
