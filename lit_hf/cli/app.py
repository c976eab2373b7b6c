"""The `lit-hf` application: registers the commands, runs one, and turns every way it can end into an exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from lit_hf.cli import data
from lit_hf.cli.catalogue import COMMANDS, MEASURE, register
from lit_hf.cli.errors import INTERRUPTED, report
from lit_hf.cli.output import Sink, open_streams
from lit_hf.errors import LitWarning
from lit_hf.runtime.cache import reset_cache_in_use
from lit_hf.runtime.launch import end_on_sigterm
from lit_hf.runtime.launcher import launched

app = typer.Typer(
    name="lit-hf",
    help="How many bits of labelled data does a pretrained encoder save?",
    epilog="Start with: lit-hf demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
register(app, COMMANDS, "lit-hf")
app.add_typer(data.app, name="data", rich_help_panel=MEASURE)


def _version(asked: bool) -> None:
    if asked:
        from lit_hf._version import __version__

        typer.echo(f"lit-hf {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Without a command there is nothing to do; options that stand before the command are declared here."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code: 0 fine, 1 known error, 2 usage, 130 interrupted."""
    open_streams()
    _quiet_libraries()
    reset_cache_in_use()
    if launched() > 1:
        end_on_sigterm()
    try:
        ended = app(list(arguments), prog_name="lit-hf", standalone_mode=False, obj=tuple(arguments))
    except BaseException as error:
        return report(error, _command(arguments))
    # The argument parser turns Ctrl-C into this code without a word.
    return report(KeyboardInterrupt()) if ended == INTERRUPTED else ended if isinstance(ended, int) else 0


def _command(arguments: Sequence[str]) -> str:
    """Return the command that was run, with its group if it is of one."""
    words = [word for word in arguments if not word.startswith("-")]
    return " ".join(["lit-hf", *words[: 2 if words[:1] == ["data"] else 1]])


def _quiet_libraries() -> None:
    """Keep other libraries' speech off the screen; a value that the user has set wins."""
    if os.environ.get("COLUMNS", "").strip() in {"0", "00"}:  # a terminal of no width shows nothing at all
        del os.environ["COLUMNS"]
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.showwarning = _print_warning  # type: ignore[assignment]


def _print_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    """Print lit-hf's own warnings as a line on stderr, on the main process; other libraries' are for developers."""
    if issubclass(category, LitWarning):
        Sink().say(f"Warning: {message}")
    elif os.environ.get("HF_DEBUG"):
        sys.stderr.write(f"{category.__name__}: {message}\n")
