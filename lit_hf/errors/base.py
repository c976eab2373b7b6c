"""The root of all errors, warnings, and what their texts are made with."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Sequence
from typing import Any


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of the `known` names that look most like `name`, best first; capitals do not matter."""
    originals = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), list(originals), n=count, cutoff=0.5)
    return [originals[candidate] for candidate in found]


def listed(names: Iterable[object], limit: int = 8) -> str:
    """Return `a, b, c` and, beyond `limit` names, how many more there are."""
    shown = [str(name) for name in names]
    more = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more


def short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def brief(value: Any) -> str:
    """Return `repr(value)`, cut in the middle when it is longer than a line."""
    if isinstance(value, int) and abs(value) >= 10**60:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:60]}…{text[-20:]}"


def did_you_mean(suggestions: Sequence[str]) -> str:
    return f"Did you mean {' or '.join(suggestions)}? " if suggestions else ""


class LitError(Exception):
    """The root of all errors: one line of `message`, an optional `next_step`, and the process's `exit_code`."""

    exit_code = 1

    def __init__(self, message: str, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        if next_step:
            self.add_note(next_step)  # tracebacks print it below the message: in a notebook nobody asks for the field

    def __str__(self) -> str:
        return self.message


class UsageError(LitError):
    """The command line itself is wrong or incomplete."""

    exit_code = 2


def first(available: Sequence[str]) -> str:
    return available[0] if available else "NAME"


class LitWarning(UserWarning):
    """Something that a user should know and that stops nothing; the command line prints it as one line."""


def warn(text: str) -> None:
    """Say `text` once: on stderr, or to whoever filters Python's warnings."""
    warnings.warn(text, LitWarning, stacklevel=3)


def reason(error: Exception) -> str:
    """Return why a checkpoint is out, in one line."""
    if isinstance(error, LitError):
        return error.message
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "can't allocate memory" in text:
        return "out of memory; a lower --batch-tokens may help"
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
