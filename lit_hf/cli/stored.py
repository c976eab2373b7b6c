"""`lit-hf ls` and `lit-hf show`: what is in the results store."""

from __future__ import annotations

import json
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
    from lit_hf.reports.listing import listing, summary

    sink, found = Sink(quiet=format is Format.QUIET), ResultsStore.at(cache_dir).all()
    if format is Format.JSON:
        sink.text(json.dumps({"results": [summary(record) for record in found]}, indent=2, ensure_ascii=False))
    elif format is Format.QUIET:
        sink.text("\n".join(str(record["id"]) for record in found))
    elif found:
        for part in listing([summary(record) for record in found], sink.data_console.width):
            sink.show(part)
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
    if format is Format.QUIET:
        return sink.text("\n".join(_records_of(whole)))
    return show_ranking(upgraded(whole), sink)


def _records_of(ranking: dict[str, Any]) -> list[str]:
    """Return the ids of a ranking's records, best first; of a matrix, those of all its rankings."""
    rankings = ranking.get("rankings") or [ranking]
    return [str(row["entry"]) for each in rankings for row in each.get("ranking", ()) if row.get("entry")]
