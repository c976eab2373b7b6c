"""The one output sink: data on stdout, speech on stderr, and both only on the main process."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TextIO

from rich.console import Console, RenderableType

from lit_hf.runtime.launcher import is_main_process

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
    return Console(file=safe, highlight=False, soft_wrap=False, quiet=not is_main_process())


class Sink:
    """Prints data to stdout and speech to stderr; a `quiet` sink does not speak."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.data_console = console(sys.stdout)
        self.speech_console = console(sys.stderr)
        self.quiet = quiet

    def text(self, text: str) -> None:
        """Print `text` as it is, unwrapped and unstyled, on stdout: numbers and JSON for other programs."""
        if is_main_process():
            print(text, flush=True)

    def show(self, renderable: RenderableType) -> None:
        """Print a table, panel or drawing on stdout."""
        self.data_console.print(renderable)

    def say(self, text: str) -> None:
        """Print a sentence on stderr."""
        if not self.quiet:
            # A command in the text must survive being copied: the terminal may break a line, we do not.
            self.speech_console.print(text, markup=False, soft_wrap=True)
