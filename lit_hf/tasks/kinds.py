"""The kinds of tasks. A new kind is one module with these names, and one entry in `KINDS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lit_hf.errors import BadSetting, MissingColumn
from lit_hf.tasks import images, label_sets, regression, sounds, text_classification, text_pairs, tokens
from lit_hf.tasks.contract import Input
from lit_hf.tasks.schema import Columns, Schema


class Kind(Protocol):
    """What a module of this room offers."""

    NAME: str
    UNIT: str

    def find_columns(
        self, schema: Schema, text: str | None, text_pair: str | None, label: str | None
    ) -> Columns | None:
        """Return the task's columns, or None when dataset and options do not fit this kind."""
        ...

    def read_inputs(self, table: Mapping[str, Sequence[Any]], columns: Columns) -> list[Input | None]:
        """Return one input per row; None marks an empty one."""
        ...


KINDS: tuple[Kind, ...] = (tokens, images, sounds, text_pairs, text_classification)
"""In the order in which they are tried: what asks for more columns comes first."""


def choose_kind(
    schema: Schema, kind: str | None, text: str | None, text_pair: str | None, label: str | None
) -> tuple[Kind, Columns]:
    """Return the kind called `kind`, or the first that fits, with its columns.

    Raises `BadSetting` for an unknown kind, `MissingColumn` or `AmbiguousColumns` when no kind fits.
    """
    for candidate in _candidates(kind):
        columns = candidate.find_columns(schema, text, text_pair, label)
        if columns is not None:
            return candidate, columns
    needed = {text_pairs.NAME: "text pair", images.NAME: "image", sounds.NAME: "audio"}
    raise MissingColumn(needed.get(kind or "", text or "text"), list(schema))


def _candidates(kind: str | None) -> Sequence[Kind]:
    chosen = [candidate for candidate in KINDS if kind in (None, candidate.NAME)]
    if not chosen:
        known = [*(candidate.NAME for candidate in KINDS), regression.NAME, label_sets.NAME]
        raise BadSetting("task", kind, f"one of {', '.join(known)}")
    return chosen
