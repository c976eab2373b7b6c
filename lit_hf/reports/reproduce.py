"""The command line that gives a record's bits again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from lit_hf.records.sections import Sections

# Said otherwise in the command, or only about the machine.
_NOT_OPTIONS = {"model", "dataset", "cache_dir", "device"}


def command(record: Sections) -> str:
    """The command that gives these bits again, with both revisions pinned."""
    words = ["lit-hf", "eval", pinned(record["model"]), _dataset_argument(record["dataset"])]
    for name, value in record["settings"]["given"].items():
        if name in _NOT_OPTIONS or value is None or value is False:
            continue
        option = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, list | tuple) else [value]:
            words += [option] if each is True else [option, str(each)]
    return " ".join(shlex.quote(word) for word in words)


def pinned(about: Mapping[str, Any]) -> str:
    """`id@revision`; the last part of the path for a local folder."""
    name = str(about["id"])
    return (
        f"{name}@{about['revision']}" if about["revision"] and not PurePath(name).is_absolute() else PurePath(name).name
    )


def _dataset_argument(dataset: Mapping[str, Any]) -> str:
    if not dataset["revision"]:
        return PurePath(str(dataset["id"])).name
    return f"{dataset['id']}{':' + dataset['config'] if dataset['config'] else ''}@{dataset['revision']}"
