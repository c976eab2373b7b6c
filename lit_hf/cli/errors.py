"""The one table of errors: how a command can end badly, what is said, what to do next, and the exit code.

Exceptions of other libraries are known by the names of their classes, so that the table imports none of them.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from lit_hf.cli.output import Sink
from lit_hf.errors import BadSetting, Stopped
from lit_hf.runtime.cache import cache_in_use
from lit_hf.runtime.launch import LAUNCHED

INTERRUPTED = 130
"""What a shell reports for a process that Ctrl-C ended: 128 + SIGINT."""


@dataclass(frozen=True)
class Ending:
    """What is said when a command ends badly."""

    message: str
    next_step: str | None
    code: int = 1


def report(error: BaseException, command: str = "lit-hf eval") -> int:
    """Say what `error` of `command` means on stderr, and return the exit code; with HF_DEBUG=1 the traceback first."""
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, Stopped) and LAUNCHED in os.environ:
        return error.exit_code  # our launcher says why it ended this process
    if isinstance(error, BrokenPipeError):
        # The reader of our output (head, less) has left: nothing is wrong, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if os.environ.get("HF_DEBUG", "").lower() in {"1", "true", "yes", "on"}:
        traceback.print_exception(error)
    ending = explain(error)
    sink = Sink()
    sink.say(f"Error: {ending.message}" if ending.code != INTERRUPTED else ending.message)
    if next_step := error.next_step_of(command) if isinstance(error, BadSetting) else ending.next_step:
        sink.say(next_step)
    return ending.code


def explain(error: BaseException) -> Ending:
    """Return what `error` means: the table's entry of the first of its classes that has one."""
    for kind in type(error).__mro__:
        if entry := _TABLE.get(kind.__name__):
            return entry(error)
    return _unexpected(error)


def _lit_error(error: Any) -> Ending:
    return Ending(error.message, error.next_step, error.exit_code)


def _usage(error: Any) -> Ending:
    """Explain what the argument parser refused; typer keeps its class private, so it is known by its name."""
    path = error.ctx.command_path if getattr(error, "ctx", None) else "lit-hf"
    return Ending(_one_line(error.format_message()), f"Run `{path} --help` to see what it takes.", 2)


def _interrupted(_error: BaseException) -> Ending:
    return Ending(
        f"Interrupted. The shards of features that were finished are kept in {cache_in_use()}.",
        "Run the same command again to go on from there.",
        INTERRUPTED,
    )


def _gated(_error: BaseException) -> Ending:
    return Ending("this repository is gated.", "Accept its conditions on the Hub, then run `hf auth login`.")


def _not_found(_error: BaseException) -> Ending:
    return Ending(
        "there is no such repository on the Hub, or it is private.", "Check the name, or run `hf auth login`."
    )


def _offline(_error: BaseException) -> Ending:
    return Ending(
        "the Hub cannot be reached, and the files are not in the local cache.",
        "Give a local folder or file, unset HF_HUB_OFFLINE, or run `hf download NAME` where there is network.",
    )


def _hub(error: BaseException) -> Ending:
    return Ending(
        f"the Hub answered: {_one_line(str(error))}", "Try again in a minute; `hf auth whoami` shows who you are."
    )


def _memory(_error: BaseException) -> Ending:
    return Ending(
        "out of memory.",
        "Lower `--batch-tokens` (for example 2048) or `--max-examples`; finished shards are kept.",
    )


def _os_error(error: Any) -> Ending:
    if error.errno == errno.ENOSPC:
        place = error.filename or cache_in_use()
        return Ending(
            f"no space left on the device of {place}.", _notes(error, "Free some space, or set LIT_HF_CACHE=FOLDER.")
        )
    where = f"{error.filename}: " if error.filename else ""
    return Ending(
        f"{where}{_one_line(error.strerror or str(error))}", _notes(error, "Check the path and its permissions.")
    )


@contextmanager
def kept_anyway(record: str) -> Iterator[None]:
    """Say where a finished result is when writing it elsewhere fails."""
    try:
        yield
    except OSError as error:
        error.add_note(f"The result itself is stored: `lit-hf show {record}`.")
        raise


def _missing_module(error: BaseException) -> Ending:
    name = getattr(error, "name", None) or "a package"
    return Ending(f"{name} is not installed.", f"Run `pip install {name}`.")


def _unexpected(error: BaseException) -> Ending:
    text = _one_line(str(error))
    return Ending(
        f"{type(error).__name__}{': ' + text if text else ''}",
        "This is a bug or a case that lit-hf does not know. Run the command again with HF_DEBUG=1 for the traceback.",
    )


def _notes(error: BaseException, next_step: str) -> str:
    return " ".join([*getattr(error, "__notes__", ()), next_step])


def _one_line(text: str) -> str:
    return " ".join(text.split())


_TABLE: dict[str, Callable[[Any], Ending]] = {
    "LitError": _lit_error,
    "ClickException": _usage,
    "KeyboardInterrupt": _interrupted,
    "Abort": _interrupted,
    "GatedRepoError": _gated,
    "RepositoryNotFoundError": _not_found,
    "LocalEntryNotFoundError": _offline,
    "OfflineModeIsEnabled": _offline,
    "HfHubHTTPError": _hub,
    "OutOfMemoryError": _memory,
    "MemoryError": _memory,
    "ModuleNotFoundError": _missing_module,
    "OSError": _os_error,
}
