"""Local files and folders to splits: tables by `lit_hf.tasks.tables`, whatever else a folder holds by its builder."""

from __future__ import annotations

import glob
import lzma
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.contained import require_contained
from lit_hf.tasks.sound_folder import open_sound_folder
from lit_hf.tasks.sound_metadata import open_sound_metadata
from lit_hf.tasks.tables import Reading, TableOptions, read_splits
from lit_hf.tasks.tables.files import FORMATS, format_of
from lit_hf.tasks.tables.types import WRITTEN

if TYPE_CHECKING:
    import datasets

TABLES = ("csv", "json", "parquet", "arrow")
"""Builders of the datasets library in whose place tables are read here."""
_PLACE = {"name", "version", "data_dir", "data_files", "description", "sep", "delimiter", "features"}
"""What a builder's configuration may say of a table that is read here."""
Splits = Mapping[str, Any]
Readings = Mapping[str, Reading]


def open_local(path: Path, config: str | None, streaming: bool, options: TableOptions) -> tuple[Splits, Readings]:
    """Return the splits of a file or a folder, and how those that are tables were read."""
    from datasets import DatasetDict, load_from_disk

    if path.is_dir():
        require_contained(path)
    with readable(path), quiet_bars():
        if path.is_dir() and any((path / mark).is_file() for mark in ("state.json", "dataset_dict.json")):
            saved = load_from_disk(str(path))
            found = saved if isinstance(saved, DatasetDict) else {str(saved.split or "train"): saved}
            return {name: each.to_iterable_dataset() for name, each in found.items()} if streaming else found, {}
        if path.is_dir():
            if config is None and (sounds := open_sound_folder(path)) is not None:
                return sounds, {}
            described = open_sound_metadata(path, options) if config is None else None
            return described or _open_folder(path, config, streaming, options)
        return _open_file(path, streaming, options)


def _open_file(path: Path, streaming: bool, options: TableOptions) -> tuple[Splits, Readings]:
    from datasets import load_dataset

    found = format_of(path)
    if found is None:
        raise FileUnreadable(path, f"its name ends in none of {', '.join(FORMATS)} (text also with .gz, .bz2, .xz)")
    if not streaming:
        return _apart(read_splits({"train": [path]}, options))
    if found in ("csv", "tsv"):
        from lit_hf.tasks.tables.stream import stream_table

        data, reading = stream_table(path, found, options)
        return {"train": data}, {"train": reading}
    return load_dataset(found, data_files=glob.escape(str(path)), streaming=True), {}


def _open_folder(path: Path, config: str | None, streaming: bool, options: TableOptions) -> tuple[Splits, Readings]:
    from datasets import load_dataset_builder

    builder = load_dataset_builder(str(path), name=config)
    files = {str(split): [Path(each) for each in paths] for split, paths in (builder.config.data_files or {}).items()}
    if streaming or not _is_plain(builder, files):
        if streaming:
            return builder.as_streaming_dataset(), {}
        builder.download_and_prepare()
        return builder.as_dataset(), {}
    options = TableOptions(options.encoding, options.separator or _separator(builder.config), options.folder)
    found = read_splits(files, options, None if all(map(format_of, _all(files))) else builder.name)
    declared = builder.config.features if getattr(builder.config, "features", None) else builder.info.features
    if declared is not None:
        found = {name: (_cast(data, declared), reading) for name, (data, reading) in found.items()}
    return _apart(found)


def _is_plain(builder: Any, files: Mapping[str, list[Path]]) -> bool:
    """Tell whether a builder would read tables that lie here, in no way of their own."""
    if builder.name not in TABLES or not files or not all(each.is_file() for each in _all(files)):
        return False
    usual = type(builder.config)()
    return all(
        getattr(builder.config, each.name) == getattr(usual, each.name)
        for each in fields(usual)
        if each.name not in _PLACE
    )


def _all(files: Mapping[str, list[Path]]) -> list[Path]:
    return [each for paths in files.values() for each in paths]


def _separator(config: Any) -> str | None:
    """Return the separator that a folder's own settings name; a comma is what they say when they say nothing."""
    found = getattr(config, "delimiter", None) or getattr(config, "sep", None)
    return found if found not in (None, ",") else None


def _cast(data: datasets.Dataset, declared: Any) -> datasets.Dataset:
    from datasets.table import table_cast
    from pyarrow import types

    from lit_hf.tasks.tables.spool import as_dataset

    table, schema = data.data.table, declared.arrow_schema
    spelled = [
        WRITTEN + name if WRITTEN + name in table.column_names and types.is_string(schema.field(name).type) else name
        for name in declared
    ]
    return as_dataset(table_cast(table.select(spelled).rename_columns(list(declared)), schema), declared)


def _apart(found: Mapping[str, tuple[datasets.Dataset, Reading]]) -> tuple[Splits, Readings]:
    return {name: data for name, (data, _) in found.items()}, {name: each for name, (_, each) in found.items()}


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the many exceptions of builders into one."""
    from datasets.exceptions import DatasetsError
    from datasets.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)  # what it would log is in the exception, which is said in one line
    try:
        yield
    except (DatasetsError, OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()
        raise FileUnreadable(path, reason[0].rstrip(".") if reason else type(error).__name__) from error
    finally:
        logging.set_verbosity(level)


@contextmanager
def quiet_bars() -> Iterator[None]:
    """Switch off the bars of the datasets library for work that takes a moment."""
    from datasets.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    were_shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if were_shown:
            enable_progress_bars()
