"""`lit-hf rm` and `lit-hf prune`: stored results go away, after they were shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from lit_hf.cli.output import Format, Sink
from lit_hf.cli.stored import CacheDir
from lit_hf.errors import UsageError

if TYPE_CHECKING:
    from lit_hf.records.record import Record
    from lit_hf.records.store import ResultsStore

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of `lit-hf ls`, or their beginnings.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Remove them; without it they are only listed.")]
Days = Annotated[int | None, typer.Option("--older-than", min=0, metavar="DAYS", help="Made before so many days.")]
HowToSay = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (ids alone).")
]


def rm(ids: Ids, yes: Yes = False, cache_dir: CacheDir = None, format: HowToSay = Format.TABLE) -> None:
    """Remove stored results by id; without --yes, list what would go. Features in the cache stay."""
    from lit_hf.records.store import ResultsStore

    store = ResultsStore.at(cache_dir)
    _remove(store, [store.stored(id) for id in ids], yes, format)


def prune(
    older_than: Days = None, yes: Yes = False, cache_dir: CacheDir = None, format: HowToSay = Format.TABLE
) -> None:
    """Remove stored results that are older than so many days; without --yes, list what would go."""
    from lit_hf.records.store import ResultsStore

    if older_than is None:
        raise UsageError("prune needs to know what may go.", "Say `--older-than 30`: results made before 30 days.")
    store, limit = ResultsStore.at(cache_dir), datetime.now(UTC) - timedelta(days=older_than)
    _remove(store, [each for each in store.all() if datetime.fromisoformat(each["created"]) < limit], yes, format)


def _remove(store: ResultsStore, found: Sequence[Record], yes: bool, format: Format) -> None:
    """Remove or list `found`, each once, and say which of the two was done."""
    records = list({record["id"]: record for record in found}.values())
    sizes = {record["id"]: store.size(record["id"]) for record in records}
    if yes:
        for id in sizes:
            store.remove(id)
    sink = Sink(quiet=format is Format.QUIET)
    if format is Format.JSON:
        rows = [{"id": id, "bytes": size} for id, size in sizes.items()]
        return sink.text(json.dumps({"removed": yes, "results": rows}, indent=2))
    if format is Format.QUIET:
        return sink.text("\n".join(sizes))
    for record in records:
        sink.text(f"{record['id']}  {record['created'][:10]}  {record['model']['id']}  {record['dataset']['id']}")
    total = f"{len(sizes):,} results, {sum(sizes.values()) / 1e6:,.1f} MB"
    return sink.say(f"Removed {total}." if yes else f"Would remove {total}; nothing was done. Add --yes to do it.")
