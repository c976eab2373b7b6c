"""The one output sink: data on stdout, speech on stderr, and both only on the main process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TextIO

from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.control import Control
from rich.segment import Segment

from lit_hf.runtime.launcher import is_main_process
from lit_hf.runtime.visible import visible

# What a terminal that is not UTF-8 gets instead of the characters that our texts and drawings use.
_ASCII = str.maketrans(
    {"±": "+/-", "·": "|", "×": "x", "–": "-", "—": "-", "−": "-", "→": "->", "█": "#", "▏": " ", "…": "...", "≥": ">="}
)


class Format(StrEnum):
    """What a command prints on stdout."""

    TABLE = "table"
    JSON = "json"
    QUIET = "quiet"


class _AsciiFile:
    """A text file whose characters are spelled in ASCII; what has no spelling becomes `?`."""

    encoding = "ascii"

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.translate(_ASCII).encode("ascii", "replace").decode("ascii"))

    def flush(self) -> None:
        self._file.flush()

    def isatty(self) -> bool:
        return self._file.isatty()


def console(file: TextIO) -> Console:
    """Return a rich console on `file` that never writes what the file's encoding cannot carry."""
    unicode = (file.encoding or "ascii").lower().startswith("utf")
    safe: TextIO = file if unicode else _AsciiFile(file)  # type: ignore[assignment]
    # Names and classes are data: brackets in them are no markup, and colons no emoji.
    made = Console(file=safe, highlight=False, soft_wrap=False, quiet=not is_main_process(), markup=False, emoji=False)
    made.push_render_hook(_Visible(made))
    return made


@contextmanager
def _to_stdout() -> Iterator[None]:
    """Name standard output in the error of a full device, or of one that is not written to."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, "standard output") from error


def open_streams() -> None:
    """Give a process whose stdout or stderr was closed by who started it one that takes all and keeps nothing."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as we do


class _Visible(RenderHook):
    """Makes control characters of what is printed visible: those that move the cursor are the console's alone."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [each if isinstance(each, Control) else _Cleaned(each) for each in renderables]


class _Cleaned:
    """A renderable whose text is visible."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for each in console.render(self._content, options):
            yield each if each.control else Segment(visible(each.text), each.style)


class Sink:
    """Prints data to stdout and speech to stderr; a `quiet` sink does not speak."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.data_console = console(sys.stdout)
        self.speech_console = console(sys.stderr)
        self.quiet = quiet

    def text(self, text: str) -> None:
        """Print `text` as it is, unwrapped and unstyled, on stdout: numbers and JSON for other programs."""
        if is_main_process():
            with _to_stdout():
                print(visible(text), flush=True)

    def show(self, renderable: RenderableType) -> None:
        """Print a table, panel or drawing on stdout."""
        with _to_stdout():
            self.data_console.print(renderable)

    def say(self, text: str) -> None:
        """Print a sentence on stderr."""
        if not self.quiet:
            # A command in the text must survive being copied: the terminal may break a line, we do not.
            self.speech_console.print(text, markup=False, soft_wrap=True)
