"""A folder of data reads what is in it, and nothing else: links, patterns and names of files that lead outside.

A folder that somebody sent could otherwise show files of this machine as if they were its own examples.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import outside
from lit_hf.errors import FileUnreadable

if TYPE_CHECKING:
    import datasets

_FRONT = re.compile(r"\A\ufeff?\s*---\r?\n(.*?)\r?\n---", re.S)
_MOST_CARD = 4 << 20


def require_contained(folder: Path) -> None:
    """Raise `FileUnreadable` when a link in `folder`, or a pattern of its card, leads out of it.

    The card's front matter is read here within bounds first: the datasets library reads it after us, and without any.
    """
    root = folder.resolve()
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place) / name
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                raise FileUnreadable(folder, f"{path.relative_to(folder)} is a link that leads out of the folder")
            if name == "state.json":
                _require_saved(folder, path)
    for pattern in _patterns(_front_matter(folder)):
        if leads_outside(pattern):
            raise FileUnreadable(folder, f"its README.md names the files {pattern[:80]!r}, which lie outside")


def leads_outside(path: str) -> bool:
    """Tell whether a path or pattern of a folder's own metadata can leave the folder; addresses leave it too."""
    parts = path.replace("\\", "/").split("/")
    return ".." in parts or path.startswith(("/", "~")) or bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path))


def require_media_inside(splits: Mapping[str, datasets.Dataset], name: str, roots: Sequence[Path]) -> None:
    """Raise `FileUnreadable` when an image or a sound is a file that lies in none of `roots`.

    Only paths are looked at; content that lies in the dataset itself may have any name.
    """
    from datasets import Audio, Image

    inside = [os.path.join(os.path.realpath(root), "") for root in roots]
    for data in splits.values():
        for column, feature in (data.features or {}).items():
            for path in _paths(data, column) if isinstance(feature, Image | Audio) else ():
                if not os.path.realpath(path).startswith(tuple(inside)):
                    raise FileUnreadable(name, f"an example of column {column!r} is a file outside of it")


def _paths(data: datasets.Dataset, column: str) -> Iterator[str]:
    """Yield the paths of a column's entries that have no content of their own."""
    for chunk in data.data.column(column).chunks:
        if not hasattr(chunk, "field"):
            continue
        content, paths = (chunk.field(name) for name in ("bytes", "path"))
        yield from (path for path in paths.filter(content.is_null()).to_pylist() if path)


def _require_saved(folder: Path, state: Path) -> None:
    """Raise `FileUnreadable` when a saved dataset's state names files outside of its folder."""
    try:
        found = outside.read_json(state)
        files = found.get("_data_files") if isinstance(found, dict) else None
        names = [str(each.get("filename")) for each in files or ()]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise FileUnreadable(state, "it is not the state of a saved dataset") from error
    if any(leads_outside(each) for each in names):
        raise FileUnreadable(folder, f"{state.relative_to(folder)} names files that lie outside")


def _front_matter(folder: Path) -> Any:
    card = folder / "README.md"
    if not card.is_file():
        return None
    try:
        found = _FRONT.match(outside.read_text(card, _MOST_CARD))
        return None if found is None else outside.parse_yaml(found[1])
    except (OSError, ValueError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise FileUnreadable(card, reason) from error


def _patterns(front: Any) -> Iterator[str]:
    """Yield the paths that `configs` of a card names."""
    configs = front.get("configs") if isinstance(front, dict) else None
    for config in configs if isinstance(configs, list) else ():
        if isinstance(config, dict):
            yield from _strings(config.get("data_files"))
            yield from _strings(config.get("data_dir"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _strings(each if name != "split" else None)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
