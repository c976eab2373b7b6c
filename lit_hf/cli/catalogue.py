"""Every command, in the order and the groups of the help page, with examples that a test parses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import typer

from lit_hf.cli import (
    card,
    cite,
    continual,
    data_check,
    data_compare,
    data_dissect,
    data_errors,
    data_info,
    data_show,
    demo,
    diff,
    env,
    eval,
    leaderboard,
    plan,
    plot,
    prune,
    push,
    rank,
    report,
    reproduce,
    space,
    stored,
    trace,
    verify,
)
from lit_hf.cli.short import with_short_formats

MEASURE, LOOK, STORED, PUBLISH, HELP = "Measure", "Look at results", "Stored results", "Publish", "Help"
_L6 = "sentence-transformers/all-MiniLM-L6-v2"
_RUN = "runs/reviews"


@dataclass(frozen=True)
class Entry:
    """One command: its name, group, function and examples (what follows `lit-hf NAME`)."""

    name: str
    group: str
    command: Callable[..., None]
    examples: tuple[str, ...]
    context: dict[str, bool] | None = None

    def epilog(self, program: str) -> str:
        """Return the examples as the end of the help page; a blank line keeps each on a line of its own."""
        lines = (f"{program} {self.name} {example}".rstrip() for example in self.examples)
        return "\n\n".join(["Examples:", *(f"  {line}".replace("[", r"\[") for line in lines)])


COMMANDS = (
    Entry("eval", MEASURE, eval.command, (f"{_L6} glue/sst2", "./my-model reviews.csv --max-examples 2000 -o runs/a")),
    Entry("rank", MEASURE, rank.command, ("reviews.csv ./a ./b ./c", "glue/sst2 --from-hub --max-params 100M")),
    Entry("demo", MEASURE, demo.command, ("", "--max-examples 300 --orders 1 --twins 1")),
    Entry("trace", MEASURE, trace.command, ("reviews.csv --checkpoint ./base --checkpoint ./tuned",)),
    Entry("continual", MEASURE, continual.command, ("a.csv b.csv --model ./my-model --methods naive,replay",)),
    Entry("plan", MEASURE, plan.command, (f"eval {_L6} glue/sst2", "rank reviews.csv ./a ./b"), plan.SETTINGS),
    Entry("report", LOOK, report.command, (f"{_RUN} -o site",)),
    Entry("plot", LOOK, plot.command, (f"{_RUN} --kind ladder", "364458b0 91ac02d4 --kind ranking")),
    Entry("diff", LOOK, diff.command, ("364458b0 91ac02d4", "runs/a runs/b --json")),
    Entry("verify", LOOK, verify.command, (_RUN, "364458b0")),
    Entry("reproduce", LOOK, reproduce.command, (_RUN, "364458b0")),
    Entry("ls", STORED, stored.ls, ("", "--json")),
    Entry("show", STORED, stored.show, ("364458b0", "runs/ranking")),
    Entry("rm", STORED, prune.rm, ("364458b0", "364458b0 91ac02d4 --yes")),
    Entry("prune", STORED, prune.prune, ("--older-than 30", "--older-than 30 --yes")),
    Entry("card", PUBLISH, card.command, (_RUN, "364458b0 --model-folder ./my-model")),
    Entry("push", PUBLISH, push.command, (f"{_RUN} --dry-run", "364458b0 --to me/lit-results --private")),
    Entry("leaderboard", PUBLISH, leaderboard.command, ("me/lit-results", "me/lit-results --dataset sst2")),
    Entry("space", PUBLISH, space.command, ("my-space --results me/lit-results",)),
    Entry("env", HELP, env.command, ("",)),
    Entry("cite", HELP, cite.command, ("", "364458b0")),
)  # fmt: skip
DATA = (
    Entry("show", "Data", data_show.command, ("reviews.csv", "glue/sst2 --split validation")),
    Entry("check", "Data", data_check.command, ("train.csv --test test.csv", "glue/sst2 --strict")),
    Entry(
        "errors",
        "Data",
        data_errors.command,
        (f"reviews.csv --model {_L6} --export suspects.parquet", f"{_RUN} --top 10"),
    ),
    Entry("dissect", "Data", data_dissect.command, (f"{_RUN} --by label", f"glue/sst2 --model {_L6} --by length")),
    Entry("info", "Data", data_info.command, (f"reviews.csv --model {_L6}", f"{_RUN} -o info")),
    Entry(
        "compare",
        "Data",
        data_compare.command,
        (f"a.csv b.csv --model {_L6}", f"a.csv b.csv c.csv --model {_L6} -o shared"),
    ),
)


def register(app: typer.Typer, entries: Iterable[Entry], program: str) -> None:
    """Add commands to an application, with their groups, their examples and the short forms of `--format`."""
    for each in entries:
        add = app.command(
            each.name, rich_help_panel=each.group, epilog=each.epilog(program), context_settings=each.context
        )
        add(with_short_formats(each.command))
