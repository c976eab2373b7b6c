"""Pairs of texts: entailment, paraphrase, relevance. The tokeniser's own pair encoding joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lit_hf.errors import AmbiguousColumns
from lit_hf.tasks.contract import Input
from lit_hf.tasks.lazy import Made
from lit_hf.tasks.schema import Columns, Schema, label_column, named, of_type, usable

NAME = "text-pair-classification"
UNIT = "example"

PAIR_NAMES = (
    ("premise", "hypothesis"), ("sentence1", "sentence2"), ("question1", "question2"), ("text1", "text2"),
    ("text_a", "text_b"), ("sentence_a", "sentence_b"), ("question", "sentence"), ("question", "passage"),
    ("query", "passage"), ("query", "document"), ("claim", "evidence"),
)  # fmt: skip
"""Usual names of the two columns of a pair."""


def find_columns(schema: Schema, text: str | None, text_pair: str | None, label: str | None) -> Columns | None:
    """Return the columns of a pair task, or None when the dataset's names and the options do not speak of a pair."""
    first, second = text, text_pair
    if second is None and first is None:
        first, second = _usual_pair(schema, label)
    elif first is None and second is not None:
        first = _partner(schema, named(schema, second), label_column(schema, label))
    if first is None or second is None:
        return None
    return Columns(usable(schema, first, "text"), label_column(schema, label), usable(schema, second, "text"))


def _usual_pair(schema: Schema, label: str | None) -> tuple[str | None, str | None]:
    texts = {name for name in of_type(schema, "text") if name != label}
    return next(((a, b) for a, b in PAIR_NAMES if {a, b} <= texts), (None, None))


def _partner(schema: Schema, second: str, labels: str) -> str:
    """Return the first column of a pair whose second is named: by usual names, else the only other text column."""
    usual = next((a for a, b in PAIR_NAMES if b == second and a in schema), None)
    others = [name for name in of_type(schema, "text") if name not in (second, labels)]
    if usual is None and len(others) != 1:
        raise AmbiguousColumns("text", others)
    return usual or others[0]


def read_inputs(table: Mapping[str, Sequence[Any]], columns: Columns) -> Sequence[Input | None]:
    """Return one pair per row; None where either side is null or blank."""
    assert columns.text_pair is not None
    return Made(_pair, table[columns.text], table[columns.text_pair])


def _pair(first: object, second: object) -> Input | None:
    both = first is not None and second is not None and str(first).strip() and str(second).strip()
    return (str(first), str(second)) if both else None
