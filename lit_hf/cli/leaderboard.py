"""`lit-hf leaderboard`: a results dataset read back as rankings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.config.names import is_repository
from lit_hf.errors import BadSetting, LitError

if TYPE_CHECKING:
    from rich.table import Table

    from lit_hf.hub.leaderboard import Board, Row

Results = Annotated[str, typer.Argument(metavar="NAMESPACE/RESULTS", help="A results dataset, also NAME@REVISION.")]
Dataset = Annotated[
    str | None, typer.Option("--dataset", metavar="NAME", help="Only boards of this dataset (a part of its name).")
]

HowToSay = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the best model's id).")
]


def command(results: Results, dataset: Dataset = None, format: HowToSay = Format.TABLE) -> None:
    """Rank the records of a results dataset, with intervals and ties; different data or coders are never mixed."""
    from lit_hf.hub import leaderboard
    from lit_hf.hub import results as store
    from lit_hf.hub.connection import client

    sink = Sink(quiet=format is Format.QUIET)
    name, _, revision = results.partition("@")
    if not is_repository(name):
        raise BadSetting("results", name, "the name of a dataset on the Hub, as in `org/lit-hf-results`")
    found = store.read(client(), name, revision or "main")
    made = [board for board in leaderboard.boards(found.records) if dataset is None or dataset in board.dataset]
    for path, reason in found.unreadable:
        sink.say(f"Left out {path}: {reason}.")
    if not made:
        raise LitError(
            f"{name} has no records{f' of {dataset}' if dataset else ''}.",
            f"Add some: `lit-hf push RECORD --to {name}`.",
        )
    if format is Format.JSON:
        sink.text(json.dumps(leaderboard.as_json(name, found.revision, made, found.unreadable), indent=2))
    elif format is Format.QUIET:
        sink.text("\n".join(board.rows[0].model for board in made if board.rows))
    else:
        from lit_hf.reports.differences import titles

        for board, title in zip(made, titles(made, found.records), strict=True):
            _show(board, title, sink)


def _show(board: Board, title: str, sink: Sink) -> None:
    """One board: who measured what with which coder, then the table."""
    if board.rows:
        sink.show(_table(board, title))
    for model in board.unpaired:
        why = "its record has no bits per example, or a race ended before it had all"
        sink.say(f"Not ranked: {model} on {board.dataset}: {why}.")


def _table(board: Board, title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    split = f", {board.split}" if board.split else ""
    table = Table(
        title=Text(f"{title}{split}: {board.examples:,} labels"),
        caption=Text(f"bits; coder {board.coder}, bank {board.bank}; = cannot be told from the best"),
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("rank", justify="right")
    table.add_column("model", overflow="fold", min_width=24)
    for name in ("codelength", "L_IT (frozen)", "held out"):
        table.add_column(name, justify="right")
    ids = [row.model for row in board.rows]
    for row in board.rows:
        table.add_row(*_cells(row, ambiguous=ids.count(row.model) > 1))
    return table


def _cells(row: Row, ambiguous: bool) -> list[str]:
    low, high = row.rank
    model = row.model if row.revision is None else f"{row.model}@{row.revision[:7]}"
    return [
        (f"{low}" if low == high else f"{low}-{high}") + (" =" if row.tied else ""),
        f"{model} ({row.reading})" if ambiguous else model,
        _interval(row.codelength, row.codelength_interval),
        _interval(row.transfer, row.transfer_interval),
        "" if row.metric_value is None else f"{row.metric} {row.metric_value:.3f}",
    ]


def _interval(bits: float | None, ends: tuple[float, float] | None) -> str:
    if bits is None or ends is None:
        return ""
    return f"{bits:,.0f} [{ends[0]:,.0f}, {ends[1]:,.0f}]"
