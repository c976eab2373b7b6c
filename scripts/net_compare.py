"""Two runs of `scripts/net.py` side by side: what differs, key by key."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MOST = 12
"""Differences of one item that are shown; how many more there are is said."""


def compare(old: Path, new: Path) -> tuple[list[str], bool]:
    """Return the lines of a report, and whether the two runs agree."""
    a, b = (json.loads(file.read_text(encoding="utf-8")) for file in (old, new))
    lines = [f"# {key}: {a['about'].get(key)} -> {b['about'].get(key)}" for key in _other(a["about"], b["about"])]
    first, second = a["items"], b["items"]
    changed = [name for name in first if name in second and first[name]["hash"] != second[name]["hash"]]
    gone, added = [n for n in first if n not in second], [n for n in second if n not in first]
    for name in changed:
        lines += [f"changed  {name}", *_shown(list(differences(first[name]["content"], second[name]["content"])))]
    lines += [f"gone     {name}" for name in gone] + [f"added    {name}" for name in added]
    same = len(first) - len(changed) - len(gone)
    lines.append(f"{same} items agree, {len(changed)} changed, {len(gone)} gone, {len(added)} added")
    lines += [f"  {count:5} in {group}" for group, count in _groups(changed, gone, added)]
    return lines, not (changed or gone or added)


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Yield one line for each key that differs: its path, and what it was and is."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            where = f"{path}.{key}".lstrip(".")
            if key not in new:
                yield f"{where}: gone, was {_short(old[key])}"
            elif key not in old:
                yield f"{where}: new, is {_short(new[key])}"
            else:
                yield from differences(old[key], new[key], where)
    elif _lines(old) and _lines(new):
        yield from _diff(old, new)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        yield from _list(old, new, path)
    elif repr(old) != repr(new):
        yield f"{path or 'value'}: {_short(old)} -> {_short(new)}"


def _list(old: list[Any], new: list[Any], path: str) -> Iterator[str]:
    """Numbers are summed up in one line; other values one by one."""
    places = [place for place, pair in enumerate(zip(old, new, strict=True)) if repr(pair[0]) != repr(pair[1])]
    if len(places) > 1 and all(isinstance(each, int | float) for each in (*old, *new)):
        largest = max(abs(new[place] - old[place]) for place in places)
        yield f"{path}: {len(places)} of {len(old)} numbers differ, first at {places[0]}, by at most {largest!r}"
        return
    for place in places:
        yield from differences(old[place], new[place], f"{path}[{place}]")


def _lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _diff(old: list[str], new: list[str]) -> Iterator[str]:
    for line in difflib.unified_diff(old, new, lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line if len(line) <= 240 else f"{line[:239]}…"


def _shown(found: list[str]) -> list[str]:
    more = [f"    and {len(found) - MOST} more"] if len(found) > MOST else []
    return [f"    {line}" for line in found[:MOST]] + more


def _short(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 160 else f"{written[:159]}…"


def _other(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]


def _groups(*names: list[str]) -> list[tuple[str, int]]:
    return Counter(name.split("/", 1)[0] for each in names for name in each).most_common()
