"""`lit-hf ls` and `lit-hf show`: what is in the results store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.config import outside
from lit_hf.errors import FileUnreadable

if TYPE_CHECKING:
    from lit_hf.records.record import Record

CacheDir = Annotated[str | None, typer.Option("--cache-dir", help="Where results are kept, as for eval.")]
HowToList = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (ids alone).")
]
Result = Annotated[str, typer.Argument(metavar="ID|DIR", help="An id of `lit-hf ls` or its beginning, or a folder.")]


def ls(cache_dir: CacheDir = None, format: HowToList = Format.TABLE) -> None:
    """List stored records, newest first."""
    from lit_hf.records.store import ResultsStore

    sink, found = Sink(quiet=format is Format.QUIET), ResultsStore.at(cache_dir).all()
    if format is Format.JSON:
        sink.text(json.dumps({"results": [summary(record) for record in found]}, indent=2, ensure_ascii=False))
    elif format is Format.QUIET:
        sink.text("\n".join(str(record["id"]) for record in found))
    elif found:
        sink.show(_table([summary(record) for record in found]))
    else:
        sink.say("Nothing is stored yet. Try `lit-hf demo`.")


def show(result: Result, cache_dir: CacheDir = None, format: HowToList = Format.TABLE) -> None:
    """Show a stored record, or the ranking in a folder that `lit-hf rank --output` wrote."""
    from lit_hf.records.store import ResultsStore

    sink, ranking = Sink(), _ranking_file(result)
    if ranking is not None:
        return _show_ranking(ranking, format, sink)
    record = ResultsStore.at(cache_dir).find(result)
    if format is Format.JSON:
        return sink.text(record.to_json())
    if format is Format.QUIET:
        return sink.text(str(record["id"]))
    for part in _parts(record, sink):
        sink.show(part)
    return None


def summary(record: Record) -> dict[str, Any]:
    """Return what a list of results shows of one."""
    model, data, transfer = record["model"], record["dataset"], record.data.get("transfer")
    stage = record["stage"]
    return {
        "id": record["id"], "created": record["created"], "model": model["id"], "revision": model["revision"],
        "dataset": data["id"], "config": data["config"], "labels": record["codelength"].get("labels", data["examples"]),
        "codelength_bits": record["codelength"]["bits"], "transfer_bits": transfer["bits"] if transfer else None,
        "eliminated_at": stage["n"] if stage["eliminated"] else None,
        "coded_groups": None if record.complete else stage["n"],
    }  # fmt: skip


def _table(rows: Sequence[dict[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table

    from lit_hf.reports import phrases
    from lit_hf.reports.ranking_phrases import model

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("id", "created", "model", "dataset", "labels", "code", "L_IT"):
        number, whole = name in ("labels", "code", "L_IT"), name in ("id", "created")
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        transfer = "" if row["transfer_bits"] is None else phrases.bits(row["transfer_bits"])
        if row["coded_groups"] is not None:
            transfer = "raced"
        table.add_row(
            row["id"], row["created"][:10], model({"model": {"id": row["model"], "revision": row["revision"]}}),
            row["dataset"] + (f":{row['config']}" if row["config"] else ""), f"{row['labels']:,}",
            phrases.bits(row["codelength_bits"]), transfer,
        )  # fmt: skip
    return table


def _parts(record: Record, sink: Sink) -> list[Any]:
    from lit_hf.reports import terminal, terminal_ranked

    if "transfer" not in record.data:
        return terminal_ranked.report(record)
    return terminal.report(record, sink.data_console.width, sink.data_console.encoding)


def _ranking_file(name: str) -> Path | None:
    """Return the ranking or matrix in a folder, or that `name` is, or None."""
    path = Path(name)
    if path.is_file() and path.name in ("ranking.json", "matrix.json"):
        return path
    return next((path / each for each in ("ranking.json", "matrix.json") if (path / each).is_file()), None)


def _show_ranking(file: Path, format: Format, sink: Sink) -> None:
    from lit_hf.cli.rank import show as show_ranking
    from lit_hf.records.ranking import upgraded

    try:
        whole = outside.read_json(file)
    except UnicodeDecodeError as error:
        raise FileUnreadable(file, "it is not UTF-8 text") from error
    except ValueError as error:
        raise FileUnreadable(file, str(error)) from error
    if not isinstance(whole, dict):
        raise FileUnreadable(file, "it holds no JSON object")
    if format is Format.JSON:
        return sink.text(json.dumps(whole, indent=2, ensure_ascii=False))
    return show_ranking(upgraded(whole), sink)
