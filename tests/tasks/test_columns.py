"""Columns are inferred from features and names; options come first; doubt is an error."""

from __future__ import annotations

import pytest

from lit_hf.errors import AmbiguousColumns, BadSetting, MissingColumn
from lit_hf.tasks.aliases import ALIASES
from lit_hf.tasks.kinds import choose_kind
from lit_hf.tasks.schema import Column, Columns, Schema

TEXT, PAIR = "text-classification", "text-pair-classification"


def schema(**types: str) -> Schema:
    return {name: Column(name, kind, ("no", "yes") if kind == "class" else None) for name, kind in types.items()}


@pytest.mark.parametrize(
    "columns, kind, expected",
    [
        (schema(text="text", label="class"), TEXT, Columns("text", "label")),
        (schema(sentence="text", label="class", idx="integer"), TEXT, Columns("sentence", "label")),
        (schema(label="class", title="text", content="text"), TEXT, Columns("content", "label")),
        (schema(text="text", coarse_label="class", fine_label="class"), TEXT, Columns("text", "coarse_label")),
        (schema(premise="text", hypothesis="text", label="class"), PAIR, Columns("premise", "label", "hypothesis")),
        (schema(question="text", sentence="text", label="class"), PAIR, Columns("question", "label", "sentence")),
        (schema(question="text", answer="truth", passage="text"), PAIR, Columns("question", "answer", "passage")),
        (schema(text="text", label="text", source="text"), TEXT, Columns("text", "label")),
        (schema(Tweet="text", Target="integer"), TEXT, Columns("Tweet", "Target")),
        (schema(words="text", label="number"), TEXT, Columns("words", "label")),
    ],
)
def test_usual_datasets_are_understood(columns: Schema, kind: str, expected: Columns) -> None:
    found, chosen = choose_kind(columns, None, None, None, None)
    assert (found.NAME, chosen) == (kind, expected)


def test_options_come_before_names() -> None:
    columns = schema(text="text", title="text", label="class", premise="text", hypothesis="text", other="integer")
    kind, chosen = choose_kind(columns, None, "title", None, "other")
    assert (kind.NAME, chosen) == (TEXT, Columns("title", "other"))
    kind, chosen = choose_kind(columns, None, "title", "text", None)
    assert (kind.NAME, chosen) == (PAIR, Columns("title", "label", "text"))
    kind, chosen = choose_kind(columns, None, None, "hypothesis", None)
    assert (kind.NAME, chosen) == (PAIR, Columns("premise", "label", "hypothesis"))
    kind, chosen = choose_kind(columns, TEXT, None, None, None)
    assert (kind.NAME, chosen) == (TEXT, Columns("text", "label"))


@pytest.mark.parametrize(
    "text, pair, label, missing", [("txt", None, None, "txt"), (None, "b", None, "b"), (None, None, "lab", "lab")]
)
def test_a_column_that_is_not_there_is_named(text: str, pair: str, label: str, missing: str) -> None:
    with pytest.raises(MissingColumn) as caught:
        choose_kind(schema(text="text", label="class"), None, text, pair, label)
    assert caught.value.column == missing
    assert caught.value.available == ("text", "label")


def test_a_dataset_without_text_or_without_label_is_refused() -> None:
    with pytest.raises(MissingColumn):
        choose_kind(schema(x="number", label="class"), None, None, None, None)
    with pytest.raises(MissingColumn):
        choose_kind(schema(image="other"), None, None, None, None)


def test_doubt_is_an_error() -> None:
    with pytest.raises(AmbiguousColumns):
        choose_kind(schema(first="text", second="text", label="class"), None, None, None, None)
    with pytest.raises(AmbiguousColumns):
        choose_kind(schema(text="text", a="integer", b="integer"), None, None, None, None)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadSetting, match="text-classification"):
        choose_kind(schema(text="text", label="class"), "translation", None, None, None)


def test_every_alias_leads_to_a_name_with_a_namespace() -> None:
    assert all(repo.count("/") == 1 for repo, _ in ALIASES.values())
    assert ALIASES["glue/sst2"] == ("nyu-mll/glue", "sst2")
    assert ALIASES["sst2"] == ("stanfordnlp/sst2", None)
