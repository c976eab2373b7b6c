"""A folder of sounds with a table beside them: `metadata.csv` or `.jsonl` with a column `file_name`.

The datasets library's own builder wants torchcodec, although only paths are stored; this one needs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lit_hf.errors import FileUnreadable
from lit_hf.tasks.sound_folder import ENDINGS, SPLITS
from lit_hf.tasks.tables import Reading, TableOptions, read_splits

if TYPE_CHECKING:
    import datasets

TABLES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
FILE_NAME = "file_name"


def open_sound_metadata(
    folder: Path, options: TableOptions
) -> tuple[Mapping[str, datasets.Dataset], dict[str, Reading]] | None:  # fmt: skip
    """Return the splits of `[SPLIT/]metadata.csv`, with `audio` in place of `file_name`; None for another folder."""
    tables = _tables(folder)
    others = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    sounds = [path for path in others if path.suffix.lower() in ENDINGS]
    if not tables or not sounds or len({path.suffix for path in tables.values()}) != 1:
        return None
    found = read_splits({split: [path] for split, path in tables.items()}, options)
    splits = {split: _with_sounds(data, tables[split], folder) for split, (data, _) in found.items()}
    return splits, {split: reading for split, (_, reading) in found.items()}


def _tables(folder: Path) -> dict[str, Path]:
    """Return the table of each split: one in the folder itself, or one in each folder of a split's name."""
    own = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    if own is not None:
        return {"train": own}
    parts = {SPLITS[path.name.lower()]: path for path in folder.iterdir() if path.name.lower() in SPLITS}
    found = {
        split: next((path / name for name in TABLES if (path / name).is_file()), None) for split, path in parts.items()
    }
    return {split: path for split, path in found.items() if path is not None}


def _with_sounds(data: datasets.Dataset, table: Path, folder: Path) -> datasets.Dataset:
    from datasets import Audio

    if FILE_NAME not in data.column_names:
        raise FileUnreadable(table, f"it has no column {FILE_NAME!r} that says which sound a row is of")
    names = data.with_format("arrow")[:].column(FILE_NAME).to_pylist()
    paths = [_inside(table, str(name), folder) for name in names]
    return data.remove_columns([FILE_NAME]).add_column("audio", paths).cast_column("audio", Audio(decode=False))


def _inside(table: Path, name: str, folder: Path) -> str:
    """Return the path of a sound; raise `FileUnreadable` where there is none, or it lies outside the folder."""
    path = (table.parent / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise FileUnreadable(table, f"it names {name!r}, which lies outside its folder")
    if not path.is_file():
        raise FileUnreadable(table, f"it names {name!r}, which is no file beside it")
    return str(path)
