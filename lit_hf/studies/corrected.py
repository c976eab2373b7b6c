"""A corrected copy of a dataset: decisions about rows, made by a person, applied to the split as it is loaded."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.errors import LitError, UsageError, nearest

if TYPE_CHECKING:
    from lit_hf.config import Settings

NEEDED = ("row", "label")
_HOW = "Give a csv with the columns `row` (as `--export` has it) and `label` (empty: drop the row)."


def read_decisions(path: Path) -> dict[int, str]:
    """Return the label that each row is to have, "" to drop it; raise `UsageError` for what is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(NEEDED) <= set(table.fieldnames or ()):
                raise UsageError(f"{path} has no columns row and label.", _HOW)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}", _HOW) from error
    found = dict[int, str]()
    for line in rows:
        said = (line["row"] or "").strip()
        if not (said.isascii() and said.isdigit()):
            raise UsageError(f"{path} names row {said!r}, which is no number from 0 on.", _HOW)
        label = (line["label"] or "").strip()
        if found.setdefault(int(said), label) != label:
            raise UsageError(f"{path} decides row {said} twice, in two ways.", "Keep one line for each row.")
    return found


def write_corrected(settings: Settings, decisions: Mapping[int, str], path: Path) -> tuple[int, int]:
    """Write a copy of the split with the decisions applied; return how many labels were changed and rows dropped.

    Raises `UsageError` for rows and labels that the split does not have, `LitError` for labels in several columns.
    """
    from lit_hf.reports.rows_file import whole_file
    from lit_hf.tasks import load_task
    from lit_hf.tasks.loading import describe, open_settings

    task = load_task(settings)
    data, column = open_settings(settings).splits[task.dataset.split], str(task.dataset.columns["label"])
    schema = describe(data)
    if column not in schema or not schema[column].is_labelled:
        raise LitError(f"labels in {column} are not corrected: they are in several columns, or in lists.", _BY_HAND)
    feature, values, names = data.features[column], list(data[column]), schema[column].names
    by_name: dict[str, Any] = {str(value): value for value in values if value is not None}
    if names is not None:
        by_name = {name: place for place, name in enumerate(names)}
    changed = _changed(decisions, values, by_name)
    whole = data.select_columns([name for name in schema if name != column]).add_column(
        column, changed, feature=feature
    )
    whole = whole.select_columns(list(schema))
    kept = whole.select([row for row in range(len(values)) if decisions.get(row) != ""])
    with whole_file(path) as draft:
        _write(kept, draft)
    different = [row for row, new in enumerate(changed) if decisions.get(row) and new != values[row]]
    return len(different), len(values) - len(kept)


_BY_HAND = "Export the list, and correct the file by hand."


def _changed(decisions: Mapping[int, str], values: list[Any], by_name: Mapping[str, Any]) -> list[Any]:
    found = list(values)
    for row, label in decisions.items():
        if row >= len(values):
            raise UsageError(f"there is no row {row:,}: the split has {len(values):,}.", _HOW)
        if label and label not in by_name:
            close = " or ".join(nearest(label, by_name)) or ", ".join(sorted(by_name)[:8])
            raise UsageError(f"row {row:,} is to be {label!r}, which is no label here.", f"Did you mean {close}?")
        found[row] = by_name[label] if label else found[row]
    return found


def _write(data: Any, draft: Path) -> None:
    if draft.suffix == ".parquet":
        data.to_parquet(str(draft))
    elif draft.suffix == ".csv":
        data.to_csv(str(draft), index=False)
    else:
        data.to_json(str(draft), lines=True, force_ascii=False)
