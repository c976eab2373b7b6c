"""A dataset's columns in plain words, so that the kinds of tasks need not know the datasets library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lit_hf.errors import AmbiguousColumns, MissingColumn, UnusableColumn
from lit_hf.runtime.inputs import Input

LABEL_NAMES = (
    "label", "labels", "target", "class", "category", "sentiment", "emotion", "intent", "topic", "stars", "rating",
    "coarse_label", "gold_label", "is_duplicate", "answer", "y",
)  # fmt: skip
"""Usual names of a label column, the most usual first."""


@dataclass(frozen=True)
class Column:
    """One column: `type` is "text", "class", "integer", "number", "truth", "list", "image", "sound" or "other".

    A column of classes, or of lists of them, has `names`; `holds` says in words what is of no simple type.
    """

    name: str
    type: str
    names: tuple[str, ...] | None = None
    holds: str = ""

    @property
    def is_labelled(self) -> bool:
        """True when its values can be classes."""
        return self.type in ("text", "class", "integer", "number", "truth")


Schema = Mapping[str, Column]


@dataclass(frozen=True)
class Columns:
    """The columns of a task."""

    text: str
    label: str
    text_pair: str | None = None


class Kind(Protocol):
    """What a kind of inputs offers: a module with these names (lit_hf/tasks/kinds.py has their list)."""

    NAME: str
    UNIT: str

    def find_columns(
        self, schema: Schema, text: str | None, text_pair: str | None, label: str | None
    ) -> Columns | None:
        """Return the task's columns, or None when dataset and options do not fit this kind."""
        ...

    def read_inputs(self, table: Mapping[str, Sequence[Any]], columns: Columns) -> Sequence[Input | None]:
        """Return one input per row; None marks an empty one."""
        ...


def named(schema: Schema, column: str) -> str:
    """Return `column` if the dataset has it; raise `MissingColumn` otherwise."""
    if column not in schema:
        raise MissingColumn(column, list(schema))
    return column


def of_type(schema: Schema, *types: str) -> list[str]:
    """Return the names of the columns of these types, in the dataset's order."""
    return [column.name for column in schema.values() if column.type in types]


def usable(schema: Schema, column: str, role: str) -> str:
    """Return `column` if it can be a text, or a label; raise `MissingColumn` or `UnusableColumn` otherwise."""
    found = schema[named(schema, column)]
    if found.holds:
        raise UnusableColumn(role, column, found.holds)
    return column


def odd_one(schema: Schema, known: Iterable[str], role: str) -> None:
    """Raise `UnusableColumn` where a column has one of the usual names and holds what nothing can be read from."""
    found = first_known([name for name, each in schema.items() if each.holds], known, role)
    if found is not None:
        raise UnusableColumn(role, found, schema[found].holds)


def first_known(names: Iterable[str], known: Iterable[str], role: str = "label") -> str | None:
    """Return the first of the `known` names that occurs among `names`, capitals aside.

    Raises `AmbiguousColumns` where it occurs twice: as `Label` and `label`.
    """
    present: dict[str, list[str]] = {}
    for name in names:
        present.setdefault(name.lower(), []).append(name)
    found = next((present[name] for name in known if name in present), None)
    if found is not None and len(found) > 1:
        raise AmbiguousColumns(role, found)
    return None if found is None else found[0]


def label_column(schema: Schema, asked: str | None) -> str:
    """Return the label column: `asked`, else one of classes (the best known name first), else one with a usual name."""
    if asked is not None:
        return usable(schema, asked, "label")
    classes = of_type(schema, "class")
    usual = [column.name for column in schema.values() if column.is_labelled]
    found = first_known(classes, LABEL_NAMES) or next(iter(classes), None) or first_known(usual, LABEL_NAMES)
    if found is not None:
        return found
    odd_one(schema, LABEL_NAMES, "label")
    if not usual:
        raise MissingColumn("label", list(schema))
    raise AmbiguousColumns("label", list(schema))
