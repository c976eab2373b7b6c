"""`lit-hf rank`: checkpoints in the order of what the labels cost with each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf.cli.arguments import require_dataset_first
from lit_hf.cli.options import with_settings
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.processes import require_one
from lit_hf.cli.progress import SpokenProgress, make_progress
from lit_hf.errors import UsageError
from lit_hf.runtime.cache import require_writable, whole_folder
from lit_hf.runtime.launcher import is_main_process

if TYPE_CHECKING:
    from lit_hf.config import Settings
    from lit_hf.selection.plan import Skipped, Suite

HUB, RACE, SELECTION, FLEET = "From the Hub", "Race", "Selection", "Fleet"
Dataset = Annotated[
    str | None,
    typer.Argument(
        metavar="DATASET", help="Alias, Hub id or local file, as for eval; or a suite (suite:sentences, FILE.yaml)."
    ),
]
Models = Annotated[
    list[str] | None, typer.Argument(metavar="MODEL...", help="Hub ids, also id@revision, or local folders.")
]
Also = Annotated[list[str] | None, typer.Option("--dataset", metavar="NAME", help="One more dataset; may be repeated.")]
ModelsFile = Annotated[
    Path | None, typer.Option("--models", metavar="FILE.yaml", help="A list `models:`; may also hold `datasets:`.")
]
FromHub = Annotated[
    bool,
    typer.Option("--from-hub", help="Take the candidates from a search on the Hub.", rich_help_panel=HUB),
]
Filter = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="TAG", help="Task, library, language or other tag.", rich_help_panel=HUB),
]
Search = Annotated[str | None, typer.Option("--search", help="A part of the name.", rich_help_panel=HUB)]
Author = Annotated[str | None, typer.Option("--author", help="User or organisation.", rich_help_panel=HUB)]
MaxParams = Annotated[
    str | None, typer.Option("--max-params", metavar="200M", help="Largest size.", rich_help_panel=HUB)
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many to list.", rich_help_panel=HUB)]
Sort = Annotated[str, typer.Option("--sort", help="downloads, likes, trending_score, ...", rich_help_panel=HUB)]
Race = Annotated[
    bool,
    typer.Option(
        "--race/--no-race", help="Stop when it is known whom to take; or code all to the end.", rich_help_panel=RACE
    ),
]
Within = Annotated[
    float | None,
    typer.Option(
        "--within", metavar="BITS", rich_help_panel=RACE,
        help="Who ends by no more bits per label behind the best is as good: .02 by default, .05 with five classes "
        "and more, and for numbers.",
    ),
]  # fmt: skip
Risk = Annotated[
    float | None,
    typer.Option(
        "--risk", metavar="SHARE", rich_help_panel=RACE,
        help="End the race when the chance that another is better by more is at most this: .05 by default.",
    ),
]  # fmt: skip
Budget = Annotated[
    float | None,
    typer.Option(
        "--budget", metavar="SHARE", rich_help_panel=RACE,
        help="Instead: end before embedding costs more than this share of embedding all, and state the risk then.",
    ),
]  # fmt: skip
Certain = Annotated[
    bool,
    typer.Option(
        "--certain", rich_help_panel=RACE,
        help="Instead: a proof, if gaps shrink by no more than stated. One class label an input; dearer.",
    ),
]  # fmt: skip
Finish = Annotated[
    bool, typer.Option("--finish", help="Code the chosen one to the end: a whole record.", rich_help_panel=RACE)
]
Audit = Annotated[
    bool,
    typer.Option(
        "--audit", rich_help_panel=RACE,
        help="Code a random tenth of those that left, and the runner-up, to the end: what became of them?",
    ),
]  # fmt: skip
Transfer = Annotated[
    bool,
    typer.Option(
        "--transfer", rich_help_panel=SELECTION,
        help="Add L_IT (frozen) of the chosen one, which --finish is part of; without a race, of all.",
    ),
]  # fmt: skip
Rivals = Annotated[
    bool, typer.Option("--rivals/--no-rivals", help="Compute LogME, H-score and others.", rich_help_panel=SELECTION)
]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="NAME", help="local, ray, slurm: who does the work.", rich_help_panel=FLEET)
]
EngineConfig = Annotated[
    Path | None,
    typer.Option(
        "--engine-config", metavar="FILE.yaml", help="Retries, memory, partition, ... (docs/scale.md).",
        rich_help_panel=FLEET,
    ),
]  # fmt: skip
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write JSON, CSV, Parquet and plots here.")
]
HowToSay = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the best model's id).")
]


@dataclass(frozen=True)
class _Search:
    """The options that describe a listing."""

    filters: Sequence[str]
    search: str | None
    author: str | None
    max_params: str | None
    limit: int
    sort: str


@with_settings("code", "streaming", "classes", dtype="native")
def command(
    given: dict[str, Any],
    dataset: Dataset = None,
    models: Models = None,
    also: Also = None,
    models_file: ModelsFile = None,
    from_hub: FromHub = False,
    filter: Filter = None,
    search: Search = None,
    author: Author = None,
    max_params: MaxParams = None,
    limit: Limit = 20,
    sort: Sort = "downloads",
    race: Race = True,
    within: Within = None,
    risk: Risk = None,
    budget: Budget = None,
    certain: Certain = False,
    finish: Finish = False,
    audit: Audit = False,
    transfer: Transfer = False,
    rivals: Rivals = True,
    engine: EngineName = "local",
    engine_config: EngineConfig = None,
    output: Output = None,
    format: HowToSay = Format.TABLE,
) -> None:
    """Rank checkpoints on a labelled dataset by codelength: which one to take, what that risks, and what it costs."""
    from lit_hf.selection.plan import Options

    require_dataset_first(dataset, models or [])
    require_one("lit-hf rank", "Start it without a launcher, or measure each checkpoint with `lit-hf eval`.")
    if output is not None and is_main_process():
        require_writable(output)
    options = Options(within, risk, budget, certain, race, finish, audit, transfer, rivals)
    sink = Sink(quiet=format is Format.QUIET)
    listing = _listing(from_hub, _Search(filter or (), search, author, max_params, limit, sort))
    listed, skipped = _list(listing, sink)
    suite = _suite(dataset, [*(models or ()), *listed], also or (), models_file)
    plans = suite.plans(given)
    rankings = _select(plans, options, skipped, sink, engine, engine_config)
    _tell(rankings, format, sink)
    if output is not None and is_main_process():
        _write(rankings, output)
        sink.say(f"Wrote {output}.")
    _require_one_ranked(rankings)


def plans_of(options: dict[str, Any], given: dict[str, Any], sink: Sink) -> list[list[Settings]]:
    """Return the settings of each checkpoint on each dataset, from this command's `options` and the `given` settings.

    `lit-hf plan` asks for them; nothing runs.
    """
    of_search = ("search", "author", "max_params", "limit", "sort")
    search = _Search(options["filter"] or (), *(options[name] for name in of_search))
    listed, _ = _list(_listing(options["from_hub"], search), sink)
    models = [*(options["models"] or ()), *listed]
    return _suite(options["dataset"], models, options["also"] or (), options["models_file"]).plans(given)


def _listing(from_hub: bool, search: _Search) -> _Search | None:
    """Return what to look for on the Hub, if anything."""
    if from_hub:
        return search
    if search.filters or search.search or search.author or search.max_params:
        raise UsageError("--filter, --search, --author and --max-params describe a listing.", "Add `--from-hub`.")
    return None


def _list(search: _Search | None, sink: Sink) -> tuple[list[str], list[Skipped]]:
    """Ask the Hub once; return the pinned names of those that take part, and the others with their reasons."""
    if search is None:
        return [], []
    from lit_hf.hub.connection import client
    from lit_hf.hub.models import Query, list_checkpoints, names, parse_count
    from lit_hf.selection.plan import Skipped

    largest = None if search.max_params is None else parse_count(search.max_params)
    query = Query(tuple(search.filters), search.search, search.author, largest, search.limit, search.sort)
    listed = list_checkpoints(client(), query)
    skipped = [Skipped(each.id, each.revision, each.skipped, each.parameters) for each in listed if each.skipped]
    sink.say(
        f"The Hub lists {len(listed)} checkpoints; {len(skipped)} of them cannot take part{':' if skipped else '.'}"
    )
    for each in skipped:
        sink.say(f"  {each.reason}.")
    return names(listed), skipped


def _suite(dataset: str | None, models: Sequence[str], also: Sequence[str], file: Path | None) -> Suite:
    """Put the command line and the files together: lists add up, the settings of --models win."""
    from lit_hf.selection.plan import OF_RANKINGS, Suite
    from lit_hf.suites.suite import is_suite

    parts = [Suite.read(dataset)] if dataset is not None and is_suite(dataset) else []
    parts += [Suite.read(file)] if file is not None else []
    named = [dataset] if dataset is not None and not is_suite(dataset) else []
    return Suite(
        models=tuple({"model": name} for name in models) + tuple(each for part in parts for each in part.models),
        datasets=tuple({"dataset": name} for name in [*named, *also])
        + tuple(each for part in parts for each in part.datasets),
        settings=OF_RANKINGS | {key: value for part in parts for key, value in (part.settings or {}).items()},
    )


def _select(
    plans: Sequence[Any], options: Any, skipped: Sequence[Skipped], sink: Sink, engine: str, config: Path | None
) -> list[dict[str, Any]]:
    from lit_hf.runtime.fleet import FleetSettings

    fleet = FleetSettings.read(config)
    progress = SpokenProgress(make_progress(sink.speech_console, quiet=sink.quiet), sink)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.selection.run import open_backend, select_all

    backend = open_backend(engine, fleet, progress)
    try:
        return select_all(plans, options, backend, skipped=skipped)
    finally:
        backend.close()


def _tell(rankings: Sequence[dict[str, Any]], format: Format, sink: Sink) -> None:
    from lit_hf.ranking.aggregate import combine
    from lit_hf.records.record import plain

    whole = rankings[0] if len(rankings) == 1 else combine(rankings)
    if format is Format.JSON:
        return sink.text(json.dumps(plain(whole), indent=2, ensure_ascii=False, allow_nan=False))
    if format is Format.QUIET:
        return sink.text(_best(whole))
    return show(whole, sink)


def show(whole: dict[str, Any], sink: Sink) -> None:
    """Print a ranking, or a matrix of them, as tables."""
    from lit_hf.reports.ranking import matrix_table, report

    width, encoding = sink.data_console.width, sink.data_console.encoding
    for ranking in whole.get("rankings", [whole]):
        for part in [*report(ranking, width, encoding), ""]:
            sink.show(part)
    if "aggregate" in whole:
        sink.show(matrix_table(whole))


def _require_one_ranked(rankings: Sequence[dict[str, Any]]) -> None:
    """Raise `UsageError` where every checkpoint failed on every dataset, so that a script can tell."""
    rows = [row for ranking in rankings for row in ranking["ranking"]]
    if rows and all(row["error"] for row in rows):
        raise _nothing_ranked(rows[0])


def _nothing_ranked(row: dict[str, Any]) -> UsageError:
    return UsageError("no checkpoint could be ranked.", f"{row['model']['id']}: {row['error']}")


def _best(whole: dict[str, Any]) -> str:
    rows = whole.get("aggregate") or whole["ranking"]
    model = rows[0]["model"]
    if rows[0]["error"]:
        raise _nothing_ranked(rows[0])
    return f"{model['id']}@{model['revision']}" if model["revision"] else str(model["id"])


def _write(rankings: Sequence[dict[str, Any]], output: Path) -> None:
    from lit_hf.ranking.aggregate import combine
    from lit_hf.reports.ranking_files import write_matrix, write_ranking

    with whole_folder(output) as draft:
        if len(rankings) == 1:
            write_ranking(rankings[0], draft)
        else:
            write_matrix(combine(rankings), draft)
