"""`lit-hf push`: records to the Hub, into a model's card or a results dataset."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.card import Overwrite, Records
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.stored import CacheDir
from lit_hf.config import PRECOMPUTED
from lit_hf.errors import UsageError

if TYPE_CHECKING:
    from lit_hf.hub.plan import Plan, Published
    from lit_hf.records.record import Record
    from lit_hf.records.sections import Sections

MODEL, RESULTS = "model", "results-dataset"

To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="model|results-dataset|NAMESPACE/NAME",
        help="The model's own card, or a results dataset: yours, or the one named. Default: the card of a model that "
        "is yours, the results dataset for others.",
    ),
]
CreatePr = Annotated[
    bool, typer.Option("--create-pr", help="Open a pull request on the model, or update yours that is open.")
]
HowToSay = Annotated[
    Format,
    typer.Option("--format", "-f", help="table (addresses), json (one object on stdout), or quiet (print nothing)."),
]
Private = Annotated[
    bool | None,
    typer.Option(
        "--private/--public",
        help="Who sees a results dataset that this push makes: private by default; one that is there stays as it is.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the exact diff and files; write nothing.")]


def command(
    records: Records,
    to: To = None,
    create_pr: CreatePr = False,
    private: Private = None,
    dry_run: DryRun = False,
    overwrite: Overwrite = False,
    cache_dir: CacheDir = None,
    format: HowToSay = Format.TABLE,
) -> None:
    """Publish records on the Hub: one commit, a pull request, or rows of a results dataset."""
    from lit_hf.hub.connection import client
    from lit_hf.records.store import ResultsStore

    if create_pr and to not in {None, MODEL}:
        raise UsageError("--create-pr opens a pull request on a model.", "Leave out `--to`, or say `--to model`.")
    if to is not None and to not in {MODEL, RESULTS} and to.count("/") != 1:
        raise UsageError(f"--to is {to!r}.", "Say `--to model`, `--to results-dataset` or `--to NAMESPACE/NAME`.")
    store = ResultsStore.at(cache_dir)
    loaded = [store.find(name) for name in records]
    _require_models(loaded)
    sink = Sink(quiet=format is not Format.TABLE)
    how = _How(overwrite, dry_run, private, sink)
    _report(_push(client(), loaded, to, create_pr, how), dry_run, format, Sink(quiet=format is Format.QUIET))


@dataclass(frozen=True)
class _How:
    """How records are sent: over other values, not at all, for whose eyes, and who is told before it happens."""

    overwrite: bool
    dry_run: bool
    private: bool | None
    sink: Sink

    def before(self, plan: Plan) -> None:
        """Say what leaves this machine, and who will see it, before it does."""
        sizes = ", ".join(f"{change.path} ({len(change.after):,} bytes)" for change in plan.changes)
        self.sink.say(f"Sending to {plan.address}: {sizes}. {plan.audience()}".rstrip())


def _require_models(records: Sequence[Record]) -> None:
    """Raise for a result of features that were brought in a file: there is no repository that it belongs to."""
    for record in records:
        name = str(record["model"]["id"])
        if name.startswith(PRECOMPUTED):
            raise UsageError(f"{name} is not a model on the Hub.", "Push records of checkpoints that are.")


def _push(api: Any, records: Sequence[Record], to: str | None, create_pr: bool, how: _How) -> list[Published]:
    """One push for each model with `--to model`, one for all records otherwise."""
    from lit_hf.hub import model, results

    if to is None:
        to = MODEL if create_pr or model.all_own(api, [record.data for record in records]) else RESULTS
    if to != MODEL:
        name = None if to == RESULTS else to
        private = how.private is not False
        return [results.push(api, records, name, how.overwrite, how.dry_run, private=private, before=how.before)]
    if how.private is not None:
        raise UsageError("--private and --public are for results datasets.", "Add `--to results-dataset`.")
    by_model: dict[str, list[Sections]] = {}
    for record in records:
        by_model.setdefault(record["model"]["id"], []).append(record.data)
    groups = by_model.values()
    return [model.push(api, group, create_pr, how.overwrite, how.dry_run, before=how.before) for group in groups]


def _report(done: Sequence[Published], dry_run: bool, format: Format, sink: Sink) -> None:
    """URLs (or diffs) on stdout, what was done on stderr."""
    if format is Format.JSON:
        return sink.text(json.dumps({"pushed": [_json(published, dry_run) for published in done]}, indent=2))
    for published in done:
        sink.say(("Would make: " if dry_run and published.plan.changes else "") + published.plan.summary())
        if dry_run and published.plan.changes:
            sink.text(published.plan.diff().rstrip("\n"))
        elif published.url:
            sink.text(published.url)
    return None


def _json(published: Published, dry_run: bool) -> dict[str, Any]:
    plan = published.plan
    return {
        "repository": plan.repo,
        "type": plan.kind,
        "revision": plan.revision,
        "pull_request": plan.pull_request,
        "opens_pull_request": plan.opens_pull_request,
        "private": plan.private,
        "files": [change.path for change in plan.changes],
        "diff": plan.diff() if dry_run else None,
        "url": published.url,
    }
