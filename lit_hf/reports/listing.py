"""Stored results as a list: what each is of, what came out, and in which settings runs of one checkpoint differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.ranking_phrases import model

WIDE = 118
"""Characters from which a table has room for all columns; below it each result has lines of its own."""
_NOT_SHOWN = {"model", "dataset", "cache_dir"}
Row = Mapping[str, Any]


def summary(record: Record) -> dict[str, Any]:
    """Return what a list of results shows of one."""
    about, data, transfer = record["model"], record["dataset"], record.data.get("transfer")
    stage, given = record["stage"], record["settings"]["given"]
    return {
        "id": record["id"], "created": record["created"], "model": about["id"], "revision": about["revision"],
        "dataset": data["id"], "config": data["config"], "labels": record["codelength"].get("labels", data["examples"]),
        "codelength_bits": record["codelength"]["bits"], "transfer_bits": transfer["bits"] if transfer else None,
        "eliminated_at": stage["n"] if stage["eliminated"] else None,
        "coded_groups": None if record.complete else stage["n"], "verdict": _verdict(record),
        "settings": {name: value for name, value in given.items() if name not in _NOT_SHOWN},
    }  # fmt: skip


def listing(rows: Sequence[Row], width: int) -> list[RenderableType]:
    """Return the list, newest first, for a terminal of this width."""
    differing = [differs_in(row, rows) for row in rows]
    if width >= WIDE:
        return [_table(rows, differing)]
    return [_lines(row, differs) for row, differs in zip(rows, differing, strict=True)]


def differs_in(row: Row, rows: Sequence[Row]) -> str:
    """Return the settings of a result that others of its checkpoint and data do not have, in words."""
    same = [each["settings"] for each in rows if _of(each) == _of(row)]
    names = sorted({name for settings in same for name in settings})
    own = row["settings"]
    differing = [name for name in names if any(each.get(name) != own.get(name) for each in same)]
    return ", ".join(f"{name.replace('_', ' ')} {_value(own[name])}" for name in differing if name in own)


def _of(row: Row) -> tuple[Any, ...]:
    return row["model"], row["revision"], row["dataset"], row["config"]


def _value(value: Any) -> str:
    words = {True: "on", False: "off"}
    return words[value] if isinstance(value, bool) else ",".join(value) if isinstance(value, list) else str(value)


def _verdict(record: Record) -> str:
    """Return what came out, in a word or two."""
    if record["stage"]["eliminated"]:
        return f"stopped after {record['stage']['n']:,}"
    if not record.complete:
        return f"raced to {record['stage']['n']:,}"
    found = record.transfer
    if found is None:
        return "ranked" if "transfer" not in record.data else "no baseline"
    low, high = found.interval
    return "no difference found" if low <= 0 <= high else "helps" if low > 0 else "negative"


def _made(row: Row) -> str:
    """Return day and minute."""
    return str(row["created"])[:16].replace("T", " ")


def _data(row: Row) -> str:
    return row["dataset"] + (f":{row['config']}" if row["config"] else "")


def _model(row: Row) -> str:
    return model({"model": {"id": row["model"], "revision": row["revision"]}})


def _transfer(row: Row) -> str:
    return "" if row["transfer_bits"] is None else phrases.bits(row["transfer_bits"])


def _table(rows: Sequence[Row], differing: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("id", "created"):
        table.add_column(name, no_wrap=True)
    for name in ("model", "dataset"):
        table.add_column(name, overflow="fold")
    for name in ("labels", "code", "L_IT"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("verdict", "differs in"):
        table.add_column(name, overflow="fold")
    for row, differs in zip(rows, differing, strict=True):
        code = phrases.bits(row["codelength_bits"])
        names = (Text(_model(row)), Text(_data(row)))
        table.add_row(
            row["id"], _made(row), *names, f"{row['labels']:,}", code, _transfer(row), row["verdict"], Text(differs)
        )  # fmt: skip
    return table


def _lines(row: Row, differs: str) -> Text:
    transfer = f"L_IT {_transfer(row)} bits, " if _transfer(row) else ""
    own = f"; {differs}" if differs else ""
    first = f"{row['id']}  {_made(row)}  {transfer}{row['verdict']}"
    code = f"{row['labels']:,} labels in {phrases.bits(row['codelength_bits'])} bits"
    return Text(f"{first}\n  {_model(row)} on {_data(row)}, {code}{own}", overflow="fold")
