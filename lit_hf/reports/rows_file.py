"""Rows as one file of the kind that its name says: Parquet, CSV, or a JSON object a line."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no file, and is not written over.", "Give another name.")
    if not path.parent.is_dir():
        raise NotWritable(path.parent, "there is no such folder")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a file of the same name elsewhere to write; it comes to `path` when the block ends well."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        yield draft
        os.replace(draft, path)


def write_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], path: Path) -> None:
    """Write rows; `columns`: what they hold, as in `lit_hf.reports.tables`. In a CSV no text is run as a formula."""
    with whole_file(path) as draft:
        if path.suffix == ".parquet":
            write_parquet(rows, columns, draft)
        elif path.suffix == ".csv":
            write_csv(rows, list(columns), draft)
        else:
            lines = (json.dumps(dict(row), ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
            draft.write_text("".join(lines), encoding="utf-8")
