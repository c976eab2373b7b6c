"""The card as text: merged in, nothing else touched, idempotent, no value overwritten unasked."""

from __future__ import annotations

import pytest
import yaml
from huggingface_hub import ModelCard
from hypothesis import given, settings
from hypothesis import strategies as st

from lit_hf.hub import cards, index
from lit_hf.hub.errors import InvalidCard, ValueDiffers
from lit_hf.hub.frontmatter import split
from tests.hub_server.cards import check
from tests.support.records import hub_record as record

OTHER = """\
---
# the authors' own words
license: "mit"   # quoted
custom_key: [1, 2,3]
tags:
- sentence-similarity
widget:
  - text: >
      folded
      text
model-index:
    - name: My encoder
      results:
          - task: {type: text-classification}
            dataset:
                name: IMDb
                type: stanfordnlp/imdb
            metrics:
                - type: accuracy
                  value: 0.90   # measured twice
            # a comment after the last result
datasets: [org/pretraining]
---
# My encoder

Words, with  two spaces.
"""


def test_the_hub_client_reads_the_entry() -> None:
    """huggingface_hub's own parser finds the metric, its value, and the dataset it was measured on."""
    text = cards.update(OTHER, [record().data])
    found = [result for result in ModelCard(text).data.eval_results if result.metric_type == "information-transfer"]
    assert [result.metric_name for result in found] == ["L_IT (bits)"]
    assert found[0].metric_value == index.rounded(record()["transfer"]["bits"])
    assert (found[0].dataset_type, found[0].dataset_split, found[0].dataset_revision) == (
        "org/reviews",
        "train",
        "d" * 40,
    )
    assert found[0].metric_args["max_examples"] == 400
    assert check(text, "model") == ([], [])


def test_nothing_else_in_the_card_is_touched() -> None:
    """Every line of the original is still there, in its order: comments, quotes, indentation, unknown keys."""
    text = cards.update(OTHER, [record().data])
    lines = iter(text.splitlines())
    assert all(line in lines for line in OTHER.splitlines())
    assert split(text).body.startswith(split(OTHER).body)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_stay(newline: str, mark: str) -> None:
    """A card written on Windows stays one."""
    original = mark + OTHER.replace("\n", newline)
    text = cards.update(original, [record().data])
    assert text.startswith(original[:200])
    assert text.replace(newline, "").count("\n") == 0
    assert cards.update(text, [record().data]) == text


@pytest.mark.parametrize(
    "original",
    [
        "",
        "No front matter.\n",
        "no line end",
        "---\n---\nbody\n",
        "---\nlicense: mit\n---\n",
        "---\r\nlicense: mit\r\n---\r\n# x",
        "---\nmodel-index:\n- name: encoder\n  results: []\n---\n",
        "---\nmodel-index: [{name: encoder, results: [{task: {type: t}, metrics: []}]}]\n---\n",
        "---\nmodel-index:\n- name: a\n  results: []\n- name: encoder\n  results: []\nlicense: mit\n---\n",
        "---\nmodel-index: null\nlicense: mit # why\n---\n",
        "---\nmetric: .nan\n---\n",
        OTHER,
    ],
)
def test_idempotent(original: str) -> None:
    """A second run changes nothing, and the metadata that was there is still there."""
    records = [record().data, record(dataset="org/news", quality=0.3).data]
    once = cards.update(original, records)
    assert cards.update(once, records) == once
    assert cards.update(once, records[::-1]) == once
    before, after = (yaml.safe_load(split(text).yaml) or {} for text in (original, once))
    assert list(before) == [key for key in after if key in before]
    assert all(repr(after[key]) == repr(before[key]) for key in before if key != "model-index")
    assert once.count("lit-hf:begin") == 2


def test_another_value_is_refused_without_overwrite() -> None:
    """The same measurement with another value is an error; with overwrite one entry and one section remain."""
    text = cards.update(OTHER, [record().data])
    other = record(quality=0.6).data
    with pytest.raises(ValueDiffers) as refused:
        cards.update(text, [other])
    assert str(index.rounded(other["transfer"]["bits"])) in refused.value.message
    assert "--overwrite" in (refused.value.next_step or "")
    replaced = cards.update(text, [other], overwrite=True)
    assert replaced.count("information-transfer") == replaced.count("lit-hf:begin") == 1
    assert f"value: {index.rounded(other['transfer']['bits'])}" in replaced
    assert "# a comment after the last result" in replaced


def test_a_rerun_elsewhere_is_the_same_measurement() -> None:
    """A hundredth of a bit is not another value, nor is another version of lit-hf another measurement."""
    text = cards.update("", [record().data])
    again = record().data
    again["transfer"]["bits"] += 1e-4
    again["environment"]["lit_hf"] = "0.1.1"
    assert "lit_hf: 0.1.1" in cards.update(text, [again])


def test_another_sample_is_another_measurement() -> None:
    """Other numbers of examples stand beside each other."""
    text = cards.update("", [record().data, record(examples=200).data])
    assert text.count("information-transfer") == 2


@pytest.mark.parametrize(
    "front",
    ["a: [1", "- a\n- b", "model-index: text", "model-index:\n- name: x", "model-index:\n- name: x\n  results: 3"],
)
def test_a_card_that_cannot_be_read_is_refused(front: str) -> None:
    """An index that we cannot read is never dropped."""
    with pytest.raises(InvalidCard):
        cards.update(f"---\n{front}\n---\nbody\n", [record().data])


def test_a_local_path_does_not_get_into_a_card() -> None:
    """Of a local file or model folder the card has the name only."""
    text = cards.update("", [record(model="/home/me/encoder", revision=None, dataset="/home/me/data.csv").data])
    assert "/home/me" not in text
    assert "lit-hf eval encoder data.csv" in text


def test_a_section_whose_end_is_lost_swallows_nothing() -> None:
    """Words after an orphaned opening marker stay."""
    text = cards.update("intro\n", [record().data])
    broken = text[: text.rindex("<!-- lit-hf:end")] + "the author's words\n"
    once = cards.update(broken, [record().data])
    assert "the author's words" in once
    assert cards.update(once, [record().data]) == once


def test_negative_transfer_is_said_in_words() -> None:
    """Bits are never clipped: a worse code than the twin's takes more bits."""
    data = record().data
    data["transfer"].update(bits=-30.0, interval=[-50.0, -10.0], bits_per_label=-0.075)
    text = cards.update("", [data])
    assert "**30.0 bits more**" in text
    assert "value: -30.0" in text


keys = st.text("abcdefghij_", min_size=1, max_size=8)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(keys, values, max_size=5),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([None, True, False]),
)
def test_any_metadata_survives(metadata: dict, index_first: bool, newline: str, flow: bool | None) -> None:
    """Whatever stands in the front matter, block or flow style: same keys, order and values, and idempotent."""
    ours = {"model-index": [{"name": "encoder", "results": [{"task": {"type": "t"}, "metrics": []}]}]}
    metadata = {**ours, **metadata} if index_first else {**metadata, **ours}
    front = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, default_flow_style=flow)
    original = f"---\n{front}---\nbody\n".replace("\n", newline)
    once = cards.update(original, [record().data])
    after = yaml.safe_load(split(once).yaml)
    assert list(after) == list(yaml.safe_load(split(original).yaml))
    assert {k: v for k, v in after.items() if k != "model-index"} == {
        k: v for k, v in yaml.safe_load(split(original).yaml).items() if k != "model-index"
    }
    assert cards.update(once, [record().data]) == once


@pytest.mark.parametrize(
    ("kind", "reads", "word"),
    [
        ("text-classification", None, "text-classification"),
        ("text-pair-classification", None, "text-classification"),
        ("token-classification", None, "token-classification"),
        ("features", None, "tabular-classification"),
        ("multi-label-classification", "image-classification", "image-classification"),
        ("regression", "text-classification", "text-scoring"),
        ("regression", "text-pair-classification", "text-scoring"),
        ("regression", "features", "tabular-regression"),
        ("regression", "image-classification", "other"),
    ],
)
def test_a_task_has_the_word_of_the_hub(kind: str, reads: str | None, word: str) -> None:
    """Numbers are no classification; the Hub's list has scoring of texts, and regression of tables alone."""
    one = record().data
    one["dataset"] |= {"kind": kind} | ({} if reads is None else {"reads": reads})
    assert index.result(one)["task"] == {"type": word}
