"""Checkpoints and datasets that are not found, or may not be read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from lit_hf.errors.base import LitError, did_you_mean, first, listed


def _can_be_on_hub(name: str) -> bool:
    """Tell whether the Hub was asked: it has names of one or two parts of these characters, and no others."""
    return re.fullmatch(r"(?:[\w.-]+/)?[\w.-]+", name, re.ASCII) is not None


class UnknownModel(LitError):
    """No checkpoint of this name, neither on the Hub nor as a local folder."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        on_hub = (
            "nor a repository on the Hub" if _can_be_on_hub(name) else "nor a name that the Hub could have, `org/name`"
        )
        super().__init__(
            f"no model named {name!r}: it is neither a folder here {on_hub}.",
            f"{did_you_mean(suggestions)}Check the spelling; for a private repository run `hf auth login`.",
        )
        self.name, self.suggestions = name, tuple(suggestions)


class UnknownDataset(LitError):
    """No dataset of this name, neither an alias, nor on the Hub, nor a local file or folder."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        on_hub = "nor on the Hub" if _can_be_on_hub(name) else "nor a name that the Hub could have, `org/name`"
        super().__init__(
            f"no dataset named {name!r}: neither an alias, nor a file or folder here, {on_hub}.",
            f"{did_you_mean(suggestions)}Give `org/name`, `org/name:config`, or a csv, json, parquet or arrow file; "
            "for a private dataset run `hf auth login`.",
        )
        self.name, self.suggestions = name, tuple(suggestions)


class UnknownRevision(LitError):
    """The repository exists, the branch, tag or commit does not."""

    def __init__(self, name: str, revision: str) -> None:
        super().__init__(
            f"{name} has no revision {revision!r}.",
            "Give a branch, a tag or a full commit hash, as in `org/name@main`.",
        )
        self.name, self.revision = name, revision


class UnknownConfig(LitError):
    """The dataset has several configurations and none, or an unknown one, was named."""

    def __init__(self, name: str, config: str | None, available: Sequence[str]) -> None:
        asked = "needs a configuration" if config is None else f"has no configuration {config!r}"
        super().__init__(f"{name} {asked}; it has {listed(available)}.", f"Write `{name}:{first(available)}`.")
        self.name, self.config, self.available = name, config, tuple(available)


class UnknownSplit(LitError):
    """The dataset has no split of this name."""

    def __init__(self, name: str, split: str, available: Sequence[str]) -> None:
        super().__init__(
            f"{name} has no split {split!r}; it has {listed(available)}.", f"Try `--split {first(available)}`."
        )
        self.name, self.split, self.available = name, split, tuple(available)


class GatedRepository(LitError):
    """The repository asks for consent before anyone may read it; a dataset's `name` is `datasets/org/name`."""

    def __init__(self, name: str) -> None:
        hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        super().__init__(
            f"{name} is gated: its owners ask for consent before it can be read.",
            f"Accept the conditions on {hub}/{name}, then run `hf auth login`.",
        )
        self.name = name


class OfflineNotCached(LitError):
    """The Hub cannot be reached, and the files are not in the cache; a dataset's `name` is `datasets/org/name`.

    `reason`: what came of asking the Hub; None where offline mode is on, so that it was not asked.
    """

    def __init__(self, name: str, suggestions: Sequence[str] = (), reason: str | None = None) -> None:
        repo = name.removeprefix("datasets/")
        option = " --repo-type dataset" if repo != name else ""
        why = f"({reason})" if reason else "in offline mode (HF_HUB_OFFLINE)"
        online = "With network" if reason else "Unset HF_HUB_OFFLINE; or, where there is network"
        super().__init__(
            f"{repo} is not in the local cache and the Hub cannot be reached {why}.",
            f"{did_you_mean(suggestions)}{online}, run `hf download {repo}{option}`; "
            "or give the path of a local folder or file.",
        )
        self.name, self.suggestions, self.reason = name, tuple(suggestions), reason


class NoSafetensors(LitError):
    """The repository has pickled weights only."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no safetensors weights, and a pickle can run any code when it is loaded.",
            "If you trust its authors, add `--allow-pickle`.",
        )
        self.name = name


class UnsafeRemoteCode(LitError):
    """The repository wants to run its own Python code."""

    def __init__(self, name: str, what: str = "", local: bool = False) -> None:
        pinned = name if local else f"{name}@COMMIT"
        super().__init__(
            f"{name} needs to run Python code from its repository, which is off by default{what and f': {what}'}.",
            f"Read that code, then {'run' if local else 'pin'} it: `lit-hf eval {pinned} DATASET --trust-remote-code`; "
            "or `--stock-code` reads the files with transformers' own code, where it knows their types.",
        )
        self.name, self.what = name, what


class UnsupportedModel(LitError):
    """The checkpoint was found, but it cannot be used as an encoder of this task's inputs."""

    def __init__(self, name: str, reason: str, next_step: str = "Give a transformers text encoder.") -> None:
        super().__init__(f"{name} cannot be used as an encoder: {reason}.", next_step)
        self.name, self.reason = name, reason
