"""Settings, options and files that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from lit_hf.errors.base import LitError, brief, did_you_mean, listed, nearest, short


class UnknownKey(LitError):
    """A settings file holds a key that does not exist."""

    def __init__(self, key: str, known: Sequence[str], where: str) -> None:
        super().__init__(
            f"unknown key {key!r} in {where}.",
            f"{did_you_mean(nearest(key, known, 1))}Known keys: {', '.join(known)}.",
        )
        self.key, self.known, self.where = key, tuple(known), where


class BadSetting(LitError):
    """A setting has a value that it cannot have."""

    exit_code = 2

    def __init__(self, name: str, value: Any, expected: str, known: Sequence[str] = ()) -> None:
        self._close = did_you_mean(nearest(value, known, 1) if isinstance(value, str) else ())
        super().__init__(f"{name} is {brief(value)}, but must be {expected}.", self.next_step_of("lit-hf eval"))
        self.name, self.value, self.expected, self.known = name, value, expected, tuple(known)

    def next_step_of(self, command: str) -> str:
        """Return what to do next where it was `command` that got the value."""
        return f"{self._close}See `{command} --help`."

    @classmethod
    def one_of(cls, name: str, value: Any, known: Sequence[str]) -> BadSetting:
        """Return the error of a value that is none of the `known` ones; its next step names the nearest of them."""
        return cls(name, value, f"one of {', '.join(known)}", known)


class MissingExtra(LitError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str | None) -> None:
        wanted = package if extra is None else f'"lit-hf[{extra}]"'
        super().__init__(f"this needs the package {package!r}, which is not installed.", f"Run `pip install {wanted}`.")
        self.package, self.extra = package, extra


class FileUnreadable(LitError):
    """A file that should be read is missing or broken."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}.", "Check the path and the file's contents.")
        self.path, self.reason = str(path), reason


class NoFeatureFile(LitError):
    """`features:FILE` names a file that is not there."""

    def __init__(self, path: object, suggestions: Sequence[str]) -> None:
        super().__init__(
            f"no file {path}.",
            f"{did_you_mean(suggestions)}Give a .npz or .parquet file with arrays `features` and `labels`.",
        )
        self.path, self.suggestions = str(path), tuple(suggestions)


class MissingArray(LitError):
    """A file of features lacks an array that is needed."""

    def __init__(self, path: object, name: str, available: Sequence[str]) -> None:
        super().__init__(
            f"{path} has no `{name}`; it has {listed(map(short, available)) or 'no arrays'}.",
            "It needs `features` [N, d] and `labels` [N]: `numpy.savez(FILE, features=X, labels=y)`.",
        )
        self.path, self.name, self.available = str(path), name, tuple(available)


class NotWritable(LitError):
    """A folder that results shall be written to takes no files."""

    def __init__(self, folder: object, reason: str) -> None:
        super().__init__(
            f"cannot write into {folder}: {reason}.", "Give another folder with `--output`; nothing has been run yet."
        )
        self.folder, self.reason = str(folder), reason


class BudgetTooSmall(LitError):
    """A race cannot end before its first verdict."""

    exit_code = 2

    def __init__(self, budget: float, least: float) -> None:
        why = "there are too few checkpoints or inputs for a race" if least >= 1 else "the first verdict takes more"
        super().__init__(
            f"a budget of {budget:g} of embedding everything is too small: {why}.",
            f"Give `--budget {ceil(least * 1000) / 1000:g}` or more.",
        )
        self.budget, self.least = budget, least


class NoProof(LitError):
    """`--certain` is defined for one bounded loss a group."""

    exit_code = 2

    def __init__(self, why: str) -> None:
        super().__init__(
            f"--certain proves races of one class label for each input alone: {why}.",
            "State a risk instead: `--risk 0.05`.",
        )
        self.why = why
