"""Options that are settings: made from the fields of `Settings`, where each default and meaning is written once."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lit_hf import config
from lit_hf.cli.output import Format
from lit_hf.config import Settings
from lit_hf.config.fields import options_of

if TYPE_CHECKING:
    from lit_hf.records.made_of import MadeOf

Config = Annotated[Path | None, typer.Option("--config", metavar="FILE.yaml", help="Read settings from a file.")]
AllowChanged = Annotated[
    bool,
    typer.Option("--allow-changed", help="With --config: go on where data or checkpoint are not those of its result."),
]
Details = Annotated[
    bool, typer.Option("--details", help="Print what was read, curve, weights of probes, control and bank too.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="Write record, settings, arrays and the curve's plot here."),
]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (L_IT in bits alone).")
]
LogWith = Annotated[
    list[str] | None,
    typer.Option("--log-with", metavar="TRACKER", help="Send curve and scores to tensorboard, trackio or wandb too."),
]
LogDir = Annotated[Path, typer.Option("--log-dir", metavar="DIR", help="Where TensorBoard's event files go.")]
RUNS = Path("runs")

# They stand as arguments.
_NOT_OPTIONS = frozenset({"model", "dataset"})


def with_settings(*left_out: str, **defaults: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for each setting but those `left_out`; `defaults`: where the command has its own.

    The command takes them as its parameter `given`: a dict of the options that were really given, so that a file can
    fill the others.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        options = _option_parameters(_NOT_OPTIONS | set(left_out), defaults)
        names = {option.name for option in options}

        @functools.wraps(command)
        def wrapper(**values: Any) -> None:
            given = {name: values[name] for name in values if name in names and was_given(values[name])}
            command(given=given, **{name: value for name, value in values.items() if name not in names})

        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "given"]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in [*own, *options]]
        wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
        return wrapper

    return decorate


def was_given(value: Any) -> bool:
    """Tell whether an option was given: one that may be repeated is empty where it was not."""
    return value is not None and value not in ([], ())


def settings_of(given: dict[str, Any], file: Path | None) -> Settings:
    """Return the settings of `file` overridden by what was `given` on the command line."""
    stored = config.without_made_of(config.read_yaml(file)) if file else {}
    return config.from_mapping({**stored, **given}, str(file) if file else "the command line")


def made_of(file: Path | None, given: Mapping[str, Any], allow: bool) -> MadeOf | None:
    """Return what the result of a settings file was made of, as far as it can be compared with what is read now."""
    if file is None:
        return None
    from lit_hf.records.made_of import read_made_of

    found = read_made_of(config.read_yaml(file), file, given)
    return None if found is None else dataclasses.replace(found, allow=allow)


def _option_parameters(left_out: frozenset[str], defaults: Mapping[str, str]) -> list[inspect.Parameter]:
    hints = typing.get_type_hints(Settings)
    fields = [field for field in dataclasses.fields(Settings) if field.name not in left_out]
    return [_option(field, _value_type(hints[field.name]), defaults.get(field.name, field.default)) for field in fields]


def _option(field: dataclasses.Field[Any], kind: type, default: Any) -> inspect.Parameter:
    """Return the parameter that typer reads: None unless given, with the `default` in the help."""
    stated = field.metadata["unset"] if default is None else None if default is False else default
    shown = "" if stated is None else f" [dim]\\[default: {stated}][/dim]"
    option = typer.Option(
        f"--{field.name.replace('_', '-')}",
        help=field.metadata["help"] + shown,
        rich_help_panel=field.metadata["group"],
    )
    annotation = Annotated[kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _value_type(hint: Any) -> type:
    """Return X of `X` or `X | None`; of several names, what an option that is given several times has."""
    found: type = next(option for option in options_of(hint) if option is not types.NoneType)
    return list[str] if typing.get_origin(found) is tuple else found
