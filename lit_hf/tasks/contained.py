"""A folder of data reads what is in it, and nothing else: links, patterns and names of files that lead outside.

A folder that somebody sent could otherwise show files of this machine as if they were its own examples.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lit_hf.config import outside
from lit_hf.errors import FileUnreadable

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
    for pattern in _patterns(_front_matter(folder)):
        if leads_outside(pattern):
            raise FileUnreadable(folder, f"its README.md names the files {pattern[:80]!r}, which lie outside")


def leads_outside(path: str) -> bool:
    """Tell whether a path or pattern of a folder's own metadata can leave the folder; addresses leave it too."""
    parts = path.replace("\\", "/").split("/")
    return ".." in parts or path.startswith(("/", "~")) or bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path))


def require_inside(root: Path | None, path: str) -> None:
    """Raise `FileUnreadable` for a file that an example of the folder `root` names, and that is not in it."""
    if root is not None and not Path(path).resolve().is_relative_to(root.resolve()):
        raise FileUnreadable(root, "an example names a file outside of the folder")


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
