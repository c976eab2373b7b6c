"""What a command said and wrote, in a form that is the same on every run: what `scripts/net.py` hashes.

Times, versions, dates, git state, paths, machine facts and speeds are put out of sight; the keys that hold them stay.
Floats stay as they are.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

HIDDEN = "<hidden>"
HIDE = {"created", "timings", "speed", "texts_per_second", "seconds", "environment", "workers"}
"""Keys whose values depend on when and where something was run."""
COUNTS = {"embedded_now", "from_the_store"}
"""Keys within these that do not: counts of inputs."""

_REPLACED = (
    (re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]"), ""),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "<hub>"),
    (re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?([+-]\d\d:?\d\d|Z)?)?"), "<date>"),
    (re.compile(r"(?i)\b(lit[-_]hf|python|torch|transformers|datasets|numpy)([ =:]|==| version )v?\d+\.\d[\w.+-]*"),
     r"\1\2<version>"),
    (re.compile(r"\b\d[\d,]*(\.\d+)?(e[+-]?\d+)? (s|ms|min|h|seconds|minutes|hours)\b"), "<time>"),
    (re.compile(r"\b\d[\d,]*(\.\d+)? \w+ (a|per) second\b"), "<speed>"),
    (re.compile(r"(?m)^machine +.*$"), "<machine>"),
    # The lines of a record within the diff that a dry run shows, and sizes that go with their digits.
    (re.compile(r'"(load|embed|code|total|threads|processes)": (\d[\d.e+-]*|null)'), r'"\1": <hidden>'),
    (re.compile(r'"(lit_hf|python|torch|transformers|datasets|platform|device)": "[^"]*"'), r'"\1": <hidden>'),
    (re.compile(r"\d[\d,]* bytes \("), "<size> bytes ("),
)  # fmt: skip
_NOISE = re.compile(r"Warning|warnings\.warn|it/s\]|Loading weights|Writing model shards|^\s*$")


def text(content: str, folder: Path) -> list[str]:
    """Return the lines of a text without what differs between runs, and without spaces at their ends."""
    shown = content.replace(str(folder.resolve()), "<folder>").replace(str(folder), "<folder>")
    for pattern, instead in _REPLACED:
        shown = pattern.sub(instead, shown)
    return list(_without_speeds(shown.splitlines()))


def _without_speeds(lines: list[str]) -> Iterator[str]:
    """Yield lines; in a table whose last column is a speed without that column, and with one space between others.

    Widths go with the digits of a speed, so that lines and drawings of such a table are left out too.
    """
    inside = False
    for line in lines:
        inside = line.rstrip().endswith("texts/s") or (inside and bool(line.strip()))
        if not inside:
            yield line.rstrip()
        elif cells := [cell for cell in line.split() if set(cell) - set("─●")]:
            yield " ".join(cells[:-1] if "," in cells[-1] or cells[-1][0].isdigit() else cells)


def speech(content: str, folder: Path) -> list[str]:
    """Return what was said on stderr, without the chatter of other libraries."""
    return [line for line in text(content, folder) if not _NOISE.search(line)]


def shown(content: str, folder: Path) -> Any:
    """Return what was printed on stdout: JSON as values, anything else as lines."""
    if content.lstrip().startswith(("{", "[")):
        try:
            return scrub(json.loads(content), folder)
        except ValueError:
            pass
    return text(content, folder)


def unordered(value: Any) -> Any:
    """Return a list of results in an order of its own: `ls` goes by the second in which each was made."""
    if isinstance(value, Mapping):
        return {name: unordered(each) for name, each in value.items()}
    return sorted(value, key=digest) if isinstance(value, list) else value


def scrub(value: Any, folder: Path, key: str = "") -> Any:
    """Return JSON without what differs between runs; of what is hidden the keys stay."""
    if isinstance(value, Mapping):
        return {name: scrub(each, folder, HIDDEN if _hides(key, name) else name) for name, each in value.items()}
    if isinstance(value, list):
        return [scrub(each, folder, key) for each in value]
    if key == HIDDEN:
        return HIDDEN if value is not None else None
    return "\n".join(text(value, folder)) if isinstance(value, str) else value


def _hides(outer: str, name: str) -> bool:
    return (outer == HIDDEN and name not in COUNTS) or name in HIDE or name.endswith(("_seconds", "per_second"))


def files(folder: Path, root: Path) -> Iterator[tuple[str, Any]]:
    """Yield the parts of every file under `folder`, by names that begin with its path there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from parts(path.relative_to(folder).as_posix(), path.read_bytes(), root)


def parts(name: str, content: bytes, root: Path) -> Iterator[tuple[str, Any]]:
    """Yield the parts of one file: several of a record, a ranking and arrays, one of all others."""
    ending = name.rsplit(".", 1)[-1]
    if ending == "json":
        yield from _json(name, scrub(json.loads(content), root))
    elif ending == "npz":
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            yield from _arrays(name, {key: stored[key] for key in stored.files})
    elif ending in READERS:
        yield name, READERS[ending](content, root)
    else:
        yield name, {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def keys(value: Any, path: str = "") -> list[str]:
    """Return the paths of all keys, sorted; the places in a list are one."""
    return sorted(set(_keys(value, path)))


def _keys(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield f"{path}.{name}".lstrip(".")
            yield from _keys(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each, f"{path}[]")


def _json(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Of a record, an entry or a ranking, ids and keys are parts of their own."""
    yield f"{name} keys", keys(value)
    if isinstance(value, dict) and "id" in value:
        yield f"{name} id", value["id"]
    if isinstance(value, dict) and "ranking" in value:
        yield f"{name} entries", [row.get("entry") for row in value["ranking"]]
    yield f"{name} values", value


def _arrays(name: str, arrays: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Any]]:
    """Bits, orders and weights: type, shape, and every value."""
    for key in sorted(arrays):
        array = arrays[key]
        yield f"{name} {key}", {"dtype": str(array.dtype), "shape": list(array.shape), "values": array.ravel().tolist()}


def _read_csv(content: bytes, root: Path) -> Any:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    return scrub(rows, root)


def _read_parquet(content: bytes, root: Path) -> Any:
    from pyarrow import parquet

    return scrub(json.loads(json.dumps(parquet.read_table(io.BytesIO(content)).to_pylist(), default=str)), root)


def _read_yaml(content: bytes, root: Path) -> Any:
    import yaml

    return scrub(yaml.safe_load(content), root)


def _read_text(content: bytes, root: Path) -> list[str]:
    return text(content.decode(), root)


READERS: dict[str, Callable[[bytes, Path], Any]] = {
    "csv": _read_csv, "parquet": _read_parquet, "yaml": _read_yaml,
    **dict.fromkeys(("html", "md", "py", "txt", "css", "toml"), _read_text),
}  # fmt: skip


def digest(value: Any) -> str:
    """Return the hash of a part; floats enter as their repr."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
