"""The option `--num-processes`: the same command once more in several processes."""

from __future__ import annotations

from typing import Annotated

import typer

from lit_hf.errors import OneProcessOnly, UsageError
from lit_hf.runtime.launch import launch
from lit_hf.runtime.launcher import check_launcher, launched

NumProcesses = Annotated[
    int | None,
    typer.Option("--num-processes", min=1, metavar="N", help="Start N processes here, one for each GPU or core."),
]


def spread(context: typer.Context, count: int | None) -> None:
    """Run the command line in `count` processes and exit with their code, unless this is one of them already."""
    check_launcher()
    if launched() > 1 and count not in (None, launched()):
        raise UsageError(
            f"--num-processes {count}, but the launcher has started {launched()} processes.", "Leave the option out."
        )
    if launched() == 1 and count is not None and count > 1:
        raise SystemExit(launch(context.find_root().obj, count))


def require_one(command: str, instead: str) -> None:
    """Raise `OneProcessOnly` when a launcher started several processes."""
    if launched() > 1:
        raise OneProcessOnly(command, instead)
