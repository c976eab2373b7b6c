"""One setting: its default, what it means, and how it enters the fingerprint; and the checks of values."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from enum import Enum
from typing import Any

from lit_hf.errors import BadSetting


class Enters(Enum):
    """Whether a setting is part of the fingerprint, whatever its value."""

    ALWAYS = "always"
    NEVER = "never"


_SPOKEN: dict[type, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of names",
    types.NoneType: "empty",
}  # fmt: skip


def setting(
    default: Any, group: str, meaning: str, *, unset: str | None = None, as_before: Any = Enters.ALWAYS,
    by_machine: tuple[Any, ...] = (),
) -> Any:  # fmt: skip
    """Declare a setting: its default, the heading it is listed under, and what it means in one line.

    unset: what takes the place of a default that is None, in words.

    as_before: of a setting that came after 0.1.0, the value with which results are those of the versions without it; at
    this value it stays out of the fingerprint, even if the default becomes another. Settings of 0.1.0 have none: they
    enter always, at their defaults too. `Enters.NEVER`: no bit depends on it. by_machine: values in whose place each
    machine puts one of its own, so that they name no result: a run replaces them before anything is named. A value
    that means the same everywhere is none of these: `dtype: auto` is the type that the checkpoint's files state, and
    enters by its name as it did in 0.1.0.
    """
    metadata = {"group": group, "help": meaning, "unset": unset, "as_before": as_before, "by_machine": by_machine}
    return dataclasses.field(default=default, metadata=metadata)


def enters(field: dataclasses.Field[Any], value: Any) -> bool:
    """Return whether a setting with this value is part of the fingerprint.

    Raises `ValueError` for a value that the machine has not yet replaced by its own.
    """
    if value in field.metadata.get("by_machine", ()):
        raise ValueError(f"{field.name} is {value!r}: put what the machine chose in its place, it is in the result")
    as_before = field.metadata.get("as_before", Enters.ALWAYS)
    return as_before is Enters.ALWAYS if isinstance(as_before, Enters) else bool(value != as_before)


def require(holds: bool, name: str, value: Any, expected: str) -> None:
    """Raise `BadSetting` unless it `holds`."""
    if not holds:
        raise BadSetting(name, value, expected)


def require_one_of(name: str, value: Any, known: Sequence[str]) -> None:
    """Raise `BadSetting`, with the nearest of the `known` values, for one that is none of them."""
    if value not in known:
        raise BadSetting.one_of(name, value, known)


def require_counts(part: Any, *names: str) -> None:
    """Raise `BadSetting` unless each of these settings is empty or at least 1."""
    for name in names:
        value = getattr(part, name)
        require(value is None or value >= 1, name, value, "a whole number of at least 1")


@dataclasses.dataclass(frozen=True)
class Part:
    """Some of the settings. Raises `BadSetting` for a value of another type; a bool is not a number here.

    A part checks its own values in `__post_init__`, after `super().__post_init__()`.
    """

    def __post_init__(self) -> None:
        for name, allowed in _allowed_types(type(self)).items():
            value = getattr(self, name)
            if type(value) not in allowed:
                raise BadSetting(name, value, " or ".join(_SPOKEN[kind] for kind in allowed))


def _allowed_types(part: type) -> dict[str, tuple[type, ...]]:
    hints = typing.get_type_hints(part)
    return {name: tuple(typing.get_origin(each) or each for each in options_of(hint)) for name, hint in hints.items()}


def options_of(hint: Any) -> tuple[Any, ...]:
    """Return the types that a setting may have: X and Y of `X | Y`."""
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
