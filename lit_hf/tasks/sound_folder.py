"""A folder of sounds, a folder for each class, as the datasets library's audiofolder has it.

That library's own builder wants torchcodec, although only paths are stored; this one needs nothing. Folders with a
metadata file are left to the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datasets

ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".au")
SPLITS = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip
"""Names of folders that are splits, not classes."""


def open_sound_folder(folder: Path) -> Mapping[str, datasets.Dataset] | None:
    """Return the splits of `[SPLIT/]CLASS/FILE`, columns `audio` and `label`; None when the folder is something else.

    Classes are those of all splits, in the order of their names; files are in the order of theirs.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files or any(path.suffix.lower() not in ENDINGS for path in files):
        return None
    parts = [path.relative_to(folder).parts[:-1] for path in files]
    named = all(each and each[0].lower() in SPLITS for each in parts)
    classes = [each[1:] if named else each for each in parts]
    if any(len(each) != 1 for each in classes):
        return None
    splits = [SPLITS[each[0].lower()] if named else "train" for each in parts]
    names = sorted({each[0] for each in classes})
    found = dict.fromkeys(split for split in ("train", "validation", "test") if split in splits)
    return {split: _dataset(files, classes, names, [s == split for s in splits]) for split in found}


def _dataset(
    files: Sequence[Path], classes: Sequence[tuple[str, ...]], names: list[str], mine: Sequence[bool]
) -> datasets.Dataset:
    from datasets import Audio, ClassLabel, Dataset

    rows = [row for row, is_mine in enumerate(mine) if is_mine]
    paths, labels = [str(files[row].resolve()) for row in rows], [names.index(classes[row][0]) for row in rows]
    data = Dataset.from_dict({"audio": paths, "label": labels})
    return data.cast_column("audio", Audio(decode=False)).cast_column("label", ClassLabel(names=names))
