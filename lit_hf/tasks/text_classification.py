"""Text classification: one text, one class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lit_hf.errors import AmbiguousColumns, MissingColumn
from lit_hf.tasks.contract import Input
from lit_hf.tasks.lazy import Made
from lit_hf.tasks.schema import Columns, Schema, first_known, label_column, odd_one, of_type, usable

NAME = "text-classification"
UNIT = "example"

TEXT_NAMES = (
    "text", "sentence", "content", "review", "tweet", "utterance", "query", "question", "comment", "document", "body",
    "review_body", "article", "abstract", "title", "headline", "input",
)  # fmt: skip
"""Usual names of a text column, the most usual first."""


def find_columns(schema: Schema, text: str | None, text_pair: str | None, label: str | None) -> Columns | None:
    """Return the columns of a text classification; None when a pair is asked for.

    Raises `MissingColumn` when there is no text, `AmbiguousColumns` when several columns may be it.
    """
    if text_pair is not None:
        return None
    labels = label_column(schema, label)
    return Columns(usable(schema, text, "text") if text is not None else _text_column(schema, labels), labels)


def _text_column(schema: Schema, labels: str) -> str:
    texts = [name for name in of_type(schema, "text") if name != labels]
    if not texts:
        odd_one(schema, TEXT_NAMES, "text")
        texts_in_digits = [name for name in of_type(schema, "integer", "number", "truth") if name != labels]
        if (named := first_known(texts_in_digits, TEXT_NAMES, "text")) is not None:
            return named
        raise MissingColumn("text", list(schema))
    found = first_known(texts, TEXT_NAMES, "text") or (texts[0] if len(texts) == 1 else None)
    if found is None:
        raise AmbiguousColumns("text", texts)
    return found


def read_inputs(table: Mapping[str, Sequence[Any]], columns: Columns) -> Sequence[Input | None]:
    """Return one text per row; None where it is null or blank."""
    return Made(_text, table[columns.text])


def _text(value: object) -> Input | None:
    text = "" if value is None else str(value)
    return text if text.strip() else None
