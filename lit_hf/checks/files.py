"""What was found, as a folder: JSON, the pairs and the rules as Parquet and CSV, and a figure."""

from __future__ import annotations

import warnings
from pathlib import Path

from lit_hf.checks.result import PAIR_COLUMNS, RULE_COLUMNS, DataCheck


def write(found: DataCheck, folder: Path) -> None:
    """Write `check.json`, `pairs.parquet`, `pairs.csv`, `rules.parquet`, `rules.csv`, `check.png` and `check.svg`."""
    from lit_hf.reports.files import save
    from lit_hf.reports.tables import write_table

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "check.json").write_text(found.to_json() + "\n", encoding="utf-8")
    write_table(found.pairs(), PAIR_COLUMNS, folder / "pairs")
    write_table(found.rules(), RULE_COLUMNS, folder / "rules")
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Glyph .* missing", UserWarning
        )  # a token of another script is drawn as a box
        save(found.plot(), folder, "check")
