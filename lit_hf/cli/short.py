"""`--json` and `-q`: short for `--format json` and `--format quiet`, on every command that has a `--format`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from lit_hf.cli.output import Format
from lit_hf.errors import UsageError

_JSON, _QUIET = "as_json", "as_quiet"
_SHORT = {
    _JSON: Annotated[bool, typer.Option("--json", help="Short for --format json.")],
    _QUIET: Annotated[bool, typer.Option("--quiet", "-q", help="Short for --format quiet.")],
}


def with_short_formats(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that has a parameter `format` the options `--json` and `--quiet`, `-q`; leave others alone."""
    own = inspect.signature(command, eval_str=True).parameters
    if "format" not in own:
        return command

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        command(**without_short_formats(values))

    more = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_SHORT[n]) for n in _SHORT]
    parameters = [*(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own.values()), *more]
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
    return wrapper


def without_short_formats(values: dict[str, Any]) -> dict[str, Any]:
    """Return a command's parsed options with the short forms put into `format`."""
    asked = {Format.JSON: values.get(_JSON), Format.QUIET: values.get(_QUIET)}
    kept = {name: value for name, value in values.items() if name not in _SHORT}
    return {**kept, "format": _one(values["format"], [each for each in asked if asked[each]])}


def _one(stated: Format, short: list[Format]) -> Format:
    """Return the format that was asked for; raise `UsageError` when two were."""
    found = list(dict.fromkeys([*short, *([stated] if stated is not Format.TABLE else [])]))
    if len(found) > 1:
        raise UsageError(f"two formats at once: {' and '.join(found)}.", "Leave one of them out.")
    return found[0] if found else stated
