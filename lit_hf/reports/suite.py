"""A suite on a terminal: one row for each dataset, and the whole below."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases


def report(found: dict[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    title = Text(f"{phrases.model_line(found['model'])} on {PurePath(found['suite']).name}", style="bold")
    failed = [row for row in found["rows"] if row["error"] is not None]
    reasons = [Text(f"! {_short(row['dataset'])}: {row['error']}", style="yellow") for row in failed]
    return [title, Text(), _table(found), Text(), Text(_whole(found["aggregate"])), *reasons]


def _table(found: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("dataset", "labels", "code", "L_IT", "interval", "saved", "held out"):
        first = name == "dataset"
        table.add_column(name, justify="left" if first else "right", overflow="fold", no_wrap=not first)
    for row in found["rows"]:
        table.add_row(*_cells(row))
    whole = found["aggregate"]
    if whole["transfer_bits"] is not None:
        table.add_section()
        table.add_row(
            "together", f"{whole['labels']:,}",
            *(phrases.bits(whole[f"{name}_bits"]) for name in ("codelength", "transfer")),
            phrases.interval(whole["interval"]), _share(whole["mean_share_saved"]), "", style="bold",
        )  # fmt: skip
    return table


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    name = _short(row["dataset"])
    if row["error"] is not None:
        return (name, "failed", *[""] * 5)
    held = (
        "" if row["metric"] is None else f"{phrases.SHORT_METRICS.get(row['metric'], row['metric'])} {row['value']:.3f}"
    )
    code = phrases.bits(row["codelength_bits"])
    if row["transfer_bits"] is None:
        return (name, f"{row['labels']:,}", code, *[""] * 3, held)
    return (
        name, f"{row['labels']:,}", code, phrases.bits(row["transfer_bits"]), phrases.interval(row["interval"]),
        _share(row["share_saved"]), held,
    )  # fmt: skip


def _whole(aggregate: dict[str, Any]) -> str:
    measured = f"{aggregate['measured']} of {phrases.counted(aggregate['datasets'], 'dataset')}"
    return (
        f"together: {measured} measured. Bits are sums, so a dataset counts by its labels; `saved`: share of the "
        "random twin's bits saved, averaged over datasets (regression left out)."
    )


def _share(share: float | None) -> str:
    return "" if share is None else phrases.percent(share)


def _short(name: str) -> str:
    """Return a dataset's name; of a file its last part."""
    return PurePath(name).name if PurePath(name).suffix or PurePath(name).is_absolute() else name
