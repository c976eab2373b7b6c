"""What was found, as a folder: JSON, the pairs and the rules as Parquet and CSV, and a figure."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lit_hf.checks.result import PAIR_COLUMNS, RULE_COLUMNS, DataCheck


def write(found: DataCheck, folder: Path) -> None:
    """Write `check.json`, `pairs.parquet`, `pairs.csv`, `rules.parquet`, `rules.csv`, `check.png` and `check.svg`."""
    from lit_hf.reports.files import save

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "check.json").write_text(found.to_json() + "\n", encoding="utf-8")
    _write_table(found.pairs(), PAIR_COLUMNS, folder / "pairs")
    _write_table(found.rules(), RULE_COLUMNS, folder / "rules")
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Glyph .* missing", UserWarning
        )  # a token of another script is drawn as a box
        save(found.plot(), folder, "check")


def _write_table(rows: Sequence[dict[str, Any]], columns: dict[str, str], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    from lit_hf.reports.data_check import write_csv

    types = {"text": pyarrow.string(), "number": pyarrow.float64(), "whole": pyarrow.int64(), "truth": pyarrow.bool_()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), path.with_suffix(".parquet"))
    write_csv(rows, list(columns), path.with_suffix(".csv"))
