"""`lit-hf plan`: what a command would download, embed and store, and how long it would take."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Annotated, Any

import typer

from lit_hf.cli.options import was_given
from lit_hf.cli.output import Format, Sink
from lit_hf.cli.short import without_short_formats
from lit_hf.config import Settings
from lit_hf.errors import UsageError

SETTINGS = {"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False}
MEASURING = "Measuring this machine ..."
Arguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="COMMAND ARGUMENTS...", help="eval, rank or demo, with all that you would give to it."),
]
HfJobs = Annotated[bool, typer.Option("--hf-jobs", help="Print the command that runs it on the Hub's machines.")]
Bucket = Annotated[str, typer.Option("--bucket", metavar="USER/NAME", help="The bucket for the cache of --hf-jobs.")]


def command(
    context: typer.Context, arguments: Arguments = None, hf_jobs: HfJobs = False, bucket: Bucket = "USER/lit-hf-cache"
) -> None:  # fmt: skip
    """Estimate downloads, work, disk and time of eval, rank or demo, without running it.

    The dataset is read, and a few batches of its texts are embedded and coded to measure this machine.
    """
    name, given = _parse(context, arguments or [])
    sink = Sink(quiet=given["format"] is Format.QUIET)
    plans = _ranking_plans(given, sink) if name == "rank" else [_eval_plan(name, given, sink)]
    if hf_jobs:
        return sink.text(_hf_jobs(arguments or [], plans, bucket))
    if given["format"] is Format.JSON:
        return sink.text(json.dumps(plans[0] if len(plans) == 1 else {"plans": plans}, indent=2, allow_nan=False))
    if given["format"] is Format.QUIET:
        seconds = [plan["total"]["seconds"] for plan in plans]
        return sink.text("nan" if None in seconds else f"{sum(seconds):.0f}")
    from lit_hf.reports.plan import report

    for plan in plans:
        for part in report(plan):
            sink.show(part)
    return None


def _parse(context: typer.Context, arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the planned command and its options, read by that command's own parser."""
    known = ("eval", "rank", "demo")
    if not arguments or arguments[0] not in known:
        raise UsageError(
            "plan needs the command that you want to run.", "Try `lit-hf plan eval MODEL DATASET`, or `plan demo`."
        )
    group = context.find_root().command
    parser = group.commands[arguments[0]]  # type: ignore[attr-defined]
    parsed = parser.make_context(f"lit-hf plan {arguments[0]}", list(arguments[1:]))
    return arguments[0], without_short_formats(dict(parsed.params))


def _settings_in(given: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(Settings)} - {"model", "dataset"}
    return {name: value for name, value in given.items() if name in names and was_given(value)}


def _eval_plan(name: str, given: dict[str, Any], sink: Sink) -> dict[str, Any]:
    from lit_hf.cli.options import settings_of

    values = _settings_in(given)
    if name == "demo":
        from lit_hf.demo import MAX_EXAMPLES, find_demo

        found = find_demo(values.get("cache_dir"))
        values = {"model": found.model, "dataset": found.dataset, "max_examples": MAX_EXAMPLES, **values}
    else:
        values |= {key: given[key] for key in ("model", "dataset") if given.get(key) is not None}
    settings = settings_of(values, given.get("config"))
    sink.say(MEASURING)
    from lit_hf.planning.plan import plan_evals

    return plan_evals([settings])


def _ranking_plans(given: dict[str, Any], sink: Sink) -> list[dict[str, Any]]:
    from lit_hf.cli.rank import plans_of

    plans = plans_of(given, _settings_in(given), sink)
    sink.say(MEASURING)
    from lit_hf.planning.plan import plan_ranking

    return [plan_ranking(plan, given["transfer"], given["race"], given["finish"]) for plan in plans]


def _hf_jobs(arguments: list[str], plans: list[dict[str, Any]], bucket: str) -> str:
    from lit_hf.planning.hf_jobs import flavor_for, hf_jobs_command

    models = [model for plan in plans for model in plan["models"] if model["parameters"] is not None]
    if not models:
        raise UsageError("no checkpoint could be planned.", f"{plans[0]['models'][0]['error']}")
    largest = max(models, key=lambda model: model["parameters"])
    labels = max(plan["dataset"]["examples"] for plan in plans)
    seconds = [plan["total"]["seconds"] for plan in plans]
    flavor = flavor_for(largest["parameters"], largest["dim"], largest["dtype"], labels)
    return hf_jobs_command(arguments, flavor, None if None in seconds else sum(seconds), bucket)
