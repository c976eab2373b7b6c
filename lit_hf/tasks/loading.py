"""A dataset's name to its splits: aliases, Hub ids, local files and folders. The only file that opens datasets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings, split_dataset
from lit_hf.errors import (
    BadSetting,
    FileUnreadable,
    GatedRepository,
    LitError,
    OfflineNotCached,
    UnknownConfig,
    UnknownDataset,
    nearest,
)
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.hubrepo import hub_cache, hub_errors, resolve_commit, similar_repos
from lit_hf.runtime.transport import DOWNLOADING, patiently
from lit_hf.tasks.aliases import ALIASES
from lit_hf.tasks.contained import require_media_inside
from lit_hf.tasks.in_memory import as_dataset
from lit_hf.tasks.lazy import Made, Stored
from lit_hf.tasks.local import open_local
from lit_hf.tasks.schema import Column, Schema
from lit_hf.tasks.tables import Reading, TableOptions
from lit_hf.tasks.tables.files import format_of
from lit_hf.tasks.tables.types import WRITTEN, as_written

if TYPE_CHECKING:
    import datasets


@dataclass(frozen=True)
class Source:
    """An opened dataset: its splits in their own order."""

    id: str
    config: str | None
    revision: str | None
    splits: Mapping[str, datasets.Dataset]
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """Of local tables: how each split was read."""
    missing_label: str | None = None
    """What stands for no label, beside nothing."""

    def read(self, split: str, names: list[str], labels: Sequence[str] = ()) -> dict[str, Sequence[Any]]:
        """Return whole columns of a split; raise the fault of the first that has one, such as a row that ends early.

        In the columns of `labels` what stands for no label is None.
        """
        if split in self.readings:
            self.readings[split].require(names)
        found = read_columns(self.splits[split], names)
        for name in labels if self.missing_label is not None else ():
            found[name] = Made(partial(_unless, self.missing_label), found[name])
        return found


def _unless(missing: str | None, value: Any) -> Any:
    return None if str(value) == missing else value


def open_source(name: str, *, streaming: bool = False, options: TableOptions | None = None) -> Source:
    """Open a dataset: a local path if there is one, else an alias, else a Hub id with optional config and revision.

    With `streaming` its splits are iterable datasets, of which nothing is read yet.

    Raises `UnknownDataset` (with the nearest known names), `UnknownConfig`, `UnknownRevision`, `GatedRepository`,
    `OfflineNotCached`, `FileUnreadable`.
    """
    path = Path(name).expanduser()
    folder, config = (path, None) if path.exists() else _folder_of(name)
    if folder is not None:
        return _open_local(folder, config, streaming, options or TableOptions())
    repo, config, revision = split_dataset(name)
    if repo.lower() in ALIASES:
        repo, default = ALIASES[repo.lower()]
        config = config or default
    elif format_of(path) is not None or not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise _unknown(name)
    return _open_hub(repo, config, revision, streaming)


def open_settings(settings: Settings) -> Source:
    """Open the dataset of `settings`; raise `BadSetting` for an encoding or a separator where it is no text file."""
    options = TableOptions(settings.encoding, settings.separator, cache_root(settings.cache_dir) / "tables")
    source = open_source(settings.dataset, streaming=settings.streaming, options=options)
    for name in ("encoding", "separator"):
        asked = getattr(settings, name)
        if asked is not None and all(getattr(each, name) is None for each in source.readings.values()):
            raise BadSetting(name, asked, f"left out: {settings.dataset} has none that is decided here")
    return replace(source, missing_label=settings.missing_label)


def wrap_source(data: Any, settings: Settings) -> Source:
    """Make a source of data in memory: a `DatasetDict` has splits, a `Dataset` is the split it says, or "train"."""
    data = as_dataset(data)
    name, missing = settings.dataset, settings.missing_label
    if isinstance(data, Mapping):
        return Source(name, None, None, {str(split): part for split, part in data.items()}, missing_label=missing)
    return Source(name, data.info.config_name, None, {str(data.split or "train"): data}, missing_label=missing)


def is_stream(data: Any) -> bool:
    """Tell whether a split can only be read from its beginning on."""
    from datasets import IterableDataset

    return isinstance(data, IterableDataset)


def describe(data: datasets.Dataset) -> Schema:
    """Return the columns of `data` in plain words."""
    return {name: column_of(name, each) for name, each in data.features.items() if not name.startswith(WRITTEN)}


def read_columns(data: datasets.Dataset, names: list[str]) -> dict[str, Sequence[Any]]:
    """Return whole columns, in the order of rows; a value is read when it is looked at, images and sounds too."""
    from lit_hf.tasks.media import StoredMedia

    media = [name for name in names if column_of(name, data.features[name]).type in ("image", "sound")]
    plain = [name for name in names if name not in media]
    spelled = [WRITTEN + name for name in plain if WRITTEN + name in data.column_names]
    table = data.select_columns(plain + spelled).with_format("arrow")[:]
    found: dict[str, Sequence[Any]] = {name: Stored(table.column(name)) for name in plain}
    for name in spelled:
        own = name.removeprefix(WRITTEN)
        found[own] = Made(as_written, found[own], Stored(table.column(name)))
    return found | {name: StoredMedia(data, name) for name in media}


def column_of(name: str, feature: Any) -> Column:
    """Return a column in plain words."""
    from datasets import Audio, ClassLabel, Image, LargeList, List, Value

    if isinstance(feature, Image | Audio):
        return Column(name, "image" if isinstance(feature, Image) else "sound")
    if isinstance(feature, ClassLabel):
        return Column(name, "class", tuple(feature.names))
    if isinstance(feature, List | LargeList | list):
        item = column_of(name, feature[0] if isinstance(feature, list) else feature.feature)
        return Column(name, "list" if item.is_labelled else "other", item.names, "lists")
    kind = str(feature.dtype) if isinstance(feature, Value) else "other"
    types = (("string", "text"), ("bool", "truth"), ("int", "integer"), ("uint", "integer"), ("float", "number"))
    found = next((plain for start, plain in types if kind.removeprefix("large_").startswith(start)), "other")
    return Column(name, found, holds=_holds(feature, kind) if found == "other" else "")


def _holds(feature: Any, kind: str) -> str:
    """Return what a column of no simple type holds, in words."""
    if isinstance(feature, dict):
        return (
            f"objects with {', '.join(map(str, feature))}" if list(feature) != ["json"] else "objects, or of all kinds"
        )
    if kind == "null":
        return "nothing at all"
    words = {"binary": "bytes", "large_binary": "bytes", "timestamp": "times", "date": "dates", "time": "times"}
    return next((plain for start, plain in words.items() if kind.startswith(start)), f"values of type {kind}")


def _folder_of(name: str) -> tuple[Path | None, str | None]:
    """Return folder and configuration of `FOLDER:config`; (None, None) where there is no such folder."""
    folder, _, config = name.rpartition(":")
    path = Path(folder).expanduser()
    return (path, config) if folder and config and path.is_dir() else (None, None)


def _open_local(path: Path, config: str | None, streaming: bool, options: TableOptions) -> Source:
    try:
        splits, readings = open_local(path, config, streaming, options)
    except FileUnreadable as error:
        raise _config_error(str(path), config, error.__cause__) or error from error
    _require_own_media(splits, str(path), streaming, path if path.is_dir() else path.parent)
    return Source(path.resolve().name, config, None, splits, readings)


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
        raise (_config_error(repo, config, error) or _unreadable(repo, error)) from error
    _require_own_media(splits, repo, streaming)
    return Source(repo, config, commit.sha, splits)


def _require_own_media(splits: Mapping[str, Any], name: str, streaming: bool, *roots: Path) -> None:
    """Raise `FileUnreadable` for images and sounds that lie neither in `roots` nor among what was downloaded."""
    from datasets.config import HF_DATASETS_CACHE

    if not streaming:
        require_media_inside(splits, name, (*roots, Path(HF_DATASETS_CACHE), hub_cache()))


def _config_error(name: str, config: str | None, error: BaseException | None) -> UnknownConfig | None:
    """Read the known configurations out of the message of the datasets library, which has no field for them."""
    message = str(error)
    listed = re.search(r"(?:Available: |available configs: |one among the available configs: )(\[.*?\])", message, re.S)
    return None if listed is None else UnknownConfig(name, config, re.findall(r"'([^']+)'", listed.group(1)))


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
    files = [each.name for each in path.parent.iterdir() if format_of(each) is not None]
    return [str(path.parent / each) for each in nearest(path.name, files)]
