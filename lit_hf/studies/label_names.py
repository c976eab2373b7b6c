"""Labels of two datasets matched by name, and a file that says which names mean the same."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.errors import FileUnreadable, NoCommonLabels, UnknownLabel
from lit_hf.studies.sides import Side


@dataclass(frozen=True)
class Matched:
    """How the labels of sides `a` and `b` were matched: names that both have, and those of one alone."""

    a: str
    b: str
    common: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return its part of the JSON object."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


def match(a: Side, b: Side) -> Matched:
    """Return the labels that two sides share by name; raise `NoCommonLabels` where there are none."""
    common = tuple(name for name in a.names if name in b.names)
    if not common:
        raise NoCommonLabels(a.name, a.names, b.name, b.names)
    only_a, only_b = (tuple(name for name in side.names if name not in common) for side in (a, b))
    return Matched(a.name, b.name, common, only_a, only_b)


def read_label_map(path: Path) -> dict[str, str]:
    """Return a name for each label of a CSV file with rows `label,name`; raise `FileUnreadable`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "it cannot be read") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable(path, "it is no CSV file in UTF-8") from error
    if not rows or any(len(row) != 2 for row in rows):
        raise FileUnreadable(path, "it must hold two columns, a label and its name, such as `positive,pos`")
    found = dict[str, str]()
    for label, name in rows:
        if found.setdefault(label, name) != name:
            raise FileUnreadable(path, f"it gives the label {label!r} two names, {found[label]!r} and {name!r}")
    return found


def renamed(sides: Sequence[Side], names: Mapping[str, str]) -> list[Side]:
    """Return sides whose labels are called as `names` says; raise `UnknownLabel` for one that no side has."""
    known = {name for side in sides for name in side.names}
    for label in names:
        if label not in known:
            raise UnknownLabel(label, sorted(known))
    return [side.renamed(names) for side in sides]
