"""A dataset's name to its splits: aliases, Hub ids, local files and folders. The only file that opens datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import split_dataset
from lit_hf.errors import (
    FileUnreadable,
    GatedRepository,
    LitError,
    OfflineNotCached,
    UnknownConfig,
    UnknownDataset,
    nearest,
)
from lit_hf.runtime.hubrepo import hub_errors, resolve_commit, similar_repos
from lit_hf.runtime.transport import DOWNLOADING, patiently
from lit_hf.tasks.aliases import ALIASES
from lit_hf.tasks.schema import Column, Schema
from lit_hf.tasks.sound_folder import open_sound_folder

if TYPE_CHECKING:
    import datasets

BUILDERS = {
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet",
    ".arrow": "arrow",
}  # fmt: skip
"""File name endings and the builders of the datasets library that read them."""


@dataclass(frozen=True)
class Source:
    """An opened dataset: its splits in their own order."""

    id: str
    config: str | None
    revision: str | None
    splits: Mapping[str, datasets.Dataset]


def open_source(name: str, *, streaming: bool = False) -> Source:
    """Open a dataset: a local path if there is one, else an alias, else a Hub id with optional config and revision.

    With `streaming` its splits are iterable datasets, of which nothing is read yet.

    Raises `UnknownDataset` (with the nearest known names), `UnknownConfig`, `UnknownRevision`, `GatedRepository`,
    `OfflineNotCached`, `FileUnreadable`.
    """
    path = Path(name).expanduser()
    if path.exists():
        return Source(path.resolve().name, None, None, _open_local(path, streaming))
    repo, config, revision = split_dataset(name)
    if repo.lower() in ALIASES:
        repo, default = ALIASES[repo.lower()]
        config = config or default
    elif path.suffix.lower() in BUILDERS or not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise _unknown(name)
    return _open_hub(repo, config, revision, streaming)


def wrap_source(data: datasets.Dataset | datasets.DatasetDict, name: str) -> Source:
    """Make a source of loaded data: a `DatasetDict` has splits, a `Dataset` is the split it says it is, or "train"."""
    if isinstance(data, Mapping):
        return Source(name, None, None, {str(split): part for split, part in data.items()})
    return Source(name, data.info.config_name, None, {str(data.split or "train"): data})


def is_stream(data: Any) -> bool:
    """Tell whether a split can only be read from its beginning on."""
    from datasets import IterableDataset

    return isinstance(data, IterableDataset)


def describe(data: datasets.Dataset) -> Schema:
    """Return the columns of `data` in plain words."""
    return {name: column_of(name, feature) for name, feature in data.features.items()}


def read_columns(data: datasets.Dataset, names: list[str]) -> dict[str, Any]:
    """Return whole columns as Python values, in the order of rows; images and sounds are read when asked for."""
    from lit_hf.tasks.media import Stored

    media = [name for name in names if column_of(name, data.features[name]).type in ("image", "sound")]
    plain = [name for name in names if name not in media]
    table = data.select_columns(plain).with_format("arrow")[:]
    found = {name: table.column(name).to_pylist() for name in plain}
    return found | {name: Stored(data, name) for name in media}


def column_of(name: str, feature: Any) -> Column:
    """Return a column in plain words."""
    from datasets import Audio, ClassLabel, Image, LargeList, List, Value

    if isinstance(feature, Image | Audio):
        return Column(name, "image" if isinstance(feature, Image) else "sound")
    if isinstance(feature, ClassLabel):
        return Column(name, "class", tuple(feature.names))
    if isinstance(feature, List | LargeList | list):
        item = column_of(name, feature[0] if isinstance(feature, list) else feature.feature)
        return Column(name, "list" if item.is_labelled else "other", item.names)
    kind = str(feature.dtype) if isinstance(feature, Value) else "other"
    types = (("string", "text"), ("bool", "truth"), ("int", "integer"), ("uint", "integer"), ("float", "number"))
    found = next((plain for start, plain in types if kind.removeprefix("large_").startswith(start)), "other")
    return Column(name, found)


def _open_local(path: Path, streaming: bool) -> Mapping[str, datasets.Dataset]:
    from datasets import DatasetDict, load_dataset, load_from_disk

    with _readable(path), _quiet_bars():
        if path.is_dir() and any((path / mark).is_file() for mark in ("state.json", "dataset_dict.json")):
            saved = load_from_disk(str(path))
            found = saved if isinstance(saved, DatasetDict) else {str(saved.split or "train"): saved}
            return {name: each.to_iterable_dataset() for name, each in found.items()} if streaming else found
        if path.is_dir():
            return open_sound_folder(path) or load_dataset(str(path), streaming=streaming)
        builder = BUILDERS.get(path.suffix.lower())
        if builder is None:
            raise FileUnreadable(path, f"its name ends in none of {', '.join(BUILDERS)}")
        if path.suffix.lower() == ".tsv":
            return load_dataset(builder, data_files=str(path), sep="\t", streaming=streaming)
        return load_dataset(builder, data_files=str(path), streaming=streaming)


def _open_hub(repo: str, config: str | None, revision: str | None, streaming: bool) -> Source:
    from datasets import load_dataset
    from datasets.exceptions import DatasetNotFoundError, DatasetsError

    try:
        commit = resolve_commit(repo, revision, "dataset", _unknown)
    except OfflineNotCached as error:
        raise OfflineNotCached(error.name, nearest(repo, ALIASES) or error.suggestions, error.reason) from error

    def load() -> Any:
        with hub_errors(repo, commit.sha, "dataset", _unknown):
            return load_dataset(repo, config, revision=commit.sha, streaming=streaming)

    try:
        splits = patiently(load, DOWNLOADING)
    except DatasetNotFoundError as error:
        gated = "gated" in str(error)  # the datasets library hides the Hub's exception behind this one
        raise (GatedRepository(f"datasets/{repo}") if gated else _unknown(repo)) from error
    except DatasetsError as error:
        raise _unreadable(repo, error.__cause__ or error) from error
    except ValueError as error:
        raise _config_error(repo, config, error) from error
    return Source(repo, config, commit.sha, splits)


def _config_error(repo: str, config: str | None, error: ValueError) -> LitError:
    """Read the known configurations out of the message of the datasets library, which has no field for them."""
    message = str(error)
    listed = re.search(r"(?:Available: |available configs: |one among the available configs: )(\[.*?\])", message, re.S)
    if listed is None:
        return _unreadable(repo, error)
    return UnknownConfig(repo, config, re.findall(r"'([^']+)'", listed.group(1)))


def _unreadable(repo: str, error: BaseException) -> LitError:
    said = " ".join(str(error).split())[:300] or type(error).__name__
    return LitError(f"the dataset {repo} cannot be read: {said}", "Try another dataset.")


def _unknown(name: str) -> UnknownDataset:
    repo = name.partition(":")[0]
    close = _near_files(name) or nearest(repo, ALIASES)
    return UnknownDataset(name, close or similar_repos(repo, "dataset"))


def _near_files(name: str) -> list[str]:
    """Return files that can be read, beside where `name` would be, and named like it."""
    path = Path(name).expanduser()
    if not path.parent.is_dir():
        return []
    files = [each.name for each in path.parent.iterdir() if each.suffix.lower() in BUILDERS]
    return [str(path.parent / each) for each in nearest(path.name, files)]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn the many exceptions of builders into one."""
    from datasets.exceptions import DatasetsError
    from datasets.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)  # what it would log is in the exception, which is said in one line
    try:
        yield
    except (DatasetsError, OSError, ValueError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()
        raise FileUnreadable(path, reason[0].rstrip(".") if reason else type(error).__name__) from error
    finally:
        logging.set_verbosity(level)


@contextmanager
def _quiet_bars() -> Iterator[None]:
    """Switch off the bars of the datasets library for work that takes a moment."""
    from datasets.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    were_shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if were_shown:
            enable_progress_bars()
