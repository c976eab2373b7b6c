"""Token classification: Brown's parts of speech, a sentence as a group, a word as a label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from lit_hf.config import Settings
from lit_hf.encoders import Choices, load_encoder, raw_input, wrap_encoder
from lit_hf.errors import BadSetting
from lit_hf.evaluation.run import evaluate
from lit_hf.features import FeatureStore, embed
from lit_hf.runtime.inputs import Words, render, rows_of
from lit_hf.selection.plan import Options
from lit_hf.selection.run import rank
from lit_hf.tasks import load_task
from tests.support import assets, tiny

SENTENCES = [Words(("the", "film", "was", "good")), Words(("dull",)), Words(("a", "storyboard", "☃", "bad", "plot"))]


def brown(count: int) -> Dataset:
    """Sentences spread over the corpus, the raw tags collapsed by their first letter to a dozen or so."""
    words, tags, _ = assets.brown()
    rows = range(0, len(words), len(words) // count)
    collapsed = [[assets.UNIVERSAL.get(tag[0], ".") for tag in tags[row]] for row in rows]
    return Dataset.from_dict({"tokens": [words[row] for row in rows], "tags": collapsed})


def task_of(data: Dataset | DatasetDict, **changes: object) -> object:
    return load_task(Settings("model", "data", **changes), data)  # type: ignore[arg-type]


@pytest.mark.parametrize("brackets", [True, False])
def test_a_word_is_the_state_of_its_first_sub_token(brackets: bool) -> None:
    model = tiny.bert() if brackets else tiny.gpt2()
    rows = wrap_encoder(model, tiny.tokenizer(brackets=brackets)).encode(SENTENCES).rows
    expected = []
    for sentence in SENTENCES:
        encoded = tiny.tokenizer(brackets=brackets)(list(sentence.words), is_split_into_words=True)
        first = [encoded.word_ids().index(word) for word in range(len(sentence.words))]
        with torch.inference_mode():
            states = model(input_ids=torch.tensor([encoded["input_ids"]])).last_hidden_state[0]
        expected.append(states[first].numpy())
    np.testing.assert_allclose(rows, np.concatenate(expected), atol=2e-6)


def test_words_beyond_the_limit_are_zero_and_the_sentence_is_counted() -> None:
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(max_tokens=4))
    encoded = encoder.encode(SENTENCES[:2])
    assert encoded.truncated == 1
    assert (np.abs(encoded.rows).sum(1) > 0).tolist() == [True, True, False, False, True]


def test_a_sentence_of_two_words_is_no_pair() -> None:
    assert render(Words(("a", "b"))) != render(("a", "b"))
    assert rows_of(Words(("a", "b"))) == 2


def test_stored_rows_follow_the_words_of_the_drawn_sentences(tmp_path: Path) -> None:
    pool = [Words((*tiny.WORDS[: 1 + index % 5], str(index))) for index in range(300)]
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer())
    few, many = (embed(encoder, pool, count, store=FeatureStore(tmp_path)) for count in (100, 280))
    assert few.shape[0] == sum(map(rows_of, pool[:100]))
    assert many.shape[0] == sum(map(rows_of, pool[:280]))
    assert np.array_equal(few.array(), many.array()[: len(few)])
    assert many.reused == 256


def test_labels_are_words_in_order_and_missing_tags_are_dropped() -> None:
    data = Dataset.from_dict(
        {"tokens": [[f"w{i}", "x", "y"] for i in range(12)], "tags": [[0, -100, i % 2] for i in range(12)]}
    )
    task = load_task(Settings("model", "data"), data)
    assert (task.kind, task.unit, len(task.labels), task.size) == ("token-classification", "token", 24, 12)
    assert task.dataset.missing_labels == 12
    assert task.feature_rows.tolist() == [row for i in range(12) for row in (3 * i, 3 * i + 2)]
    for group, value in enumerate(task.inputs):
        number = int(value.words[0][1:])
        assert task.labels[task.groups == group].tolist() == [0, number % 2]


def test_copies_of_a_sentence_share_their_rows_and_their_group() -> None:
    words = [["a", "b"], ["c", "d"]] * 6 + [[f"e{i}", "f"] for i in range(6)]
    task = load_task(Settings("model", "data"), Dataset.from_dict({"tokens": words, "tags": [[0, 1]] * 18}))
    assert (task.size, len(task.labels), task.dataset.duplicates) == (8, 36, 10)
    assert len(np.unique(task.feature_rows)) == 16


def test_names_of_tags_and_the_validation_split_are_used() -> None:
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=["O", "PER"]))})
    rows = {"tokens": [[f"w{i}", "x"] for i in range(20)], "ner_tags": [[1, 0]] * 20}
    held = {"tokens": [[f"v{i}", "x", "y"] for i in range(15)], "ner_tags": [[1, 0, 0]] * 15}
    both = {"train": Dataset.from_dict(rows, features), "validation": Dataset.from_dict(held, features)}
    task = load_task(Settings("model", "data"), DatasetDict(both))
    assert task.classes == ("O", "PER")
    assert task.holdout is not None
    assert task.holdout.source == "validation split"
    assert len(task.holdout.inputs) == 15
    assert task.holdout.rows is not None
    assert task.holdout.labels[np.argsort(task.holdout.rows)].tolist() == [1, 0, 0] * 15


def test_tags_that_do_not_fit_the_words_are_refused() -> None:
    data = Dataset.from_dict({"tokens": [["a", "b"]] * 30, "tags": [[0]] * 30})
    with pytest.raises(BadSetting, match="one tag for each word"):
        load_task(Settings("model", "data"), data)


def test_a_prompt_or_a_pooling_has_no_place(tmp_path: Path) -> None:
    folder = str(tiny.save(tmp_path, tiny.bert()))
    with pytest.raises(BadSetting, match="first sub-token"):
        load_encoder(folder, Choices(pooling="mean"), unit="token")


def test_raw_words_see_the_window_only() -> None:
    encoder = raw_input("token-classification")
    assert encoder is not None
    rows = encoder.encode([Words(("a", "b", "c", "d")), Words(("z", "b", "c", "y"))]).rows
    assert not np.array_equal(rows[1], rows[5])
    assert np.array_equal(encoder.encode([Words(("q", "b", "c", "d"))]).rows[2], rows[2])


def test_parts_of_speech_of_brown() -> None:
    record = evaluate(str(assets.l6_folder()), brown(150), max_examples=1_200, orders=1, twins=1, layer="2")
    record.validate()
    assert record["dataset"]["unit"] == "token"
    assert record["dataset"]["groups"] < 150
    assert record["transfer"]["interval"][0] > 0
    assert abs(record["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
    assert record["baselines"]["shuffled_labels"]["code_minus_class_prior_bits"] <= 2 + 1e-6  # rounding
    assert record["baselines"]["raw_input"]["bits"] < record["baselines"]["class_prior"]["bits"]
    assert record["baselines"]["raw_input"]["kind"] == "hashed word windows"
    assert record["model"]["pooling"] == "first sub-token"


def test_a_selection_reads_the_rows_of_words(tmp_path: Path) -> None:
    words, settings = brown(60), {"max_examples": 500, "orders": 1, "cache_dir": str(tmp_path / "cache")}
    settings["dtype"] = "float32"  # a ranking's own default depends on the processor
    models = [str(tiny.save(tmp_path / f"model{seed}", tiny.bert(seed))) for seed in (0, 1)]
    found = rank(words, models, options=Options(race=False), **settings)  # type: ignore[arg-type]
    for row in found["ranking"]:
        alone = evaluate(row["model"]["id"], words, twins=1, **settings)
        assert row["codelength"]["bits"] == pytest.approx(alone["codelength"]["bits"], rel=1e-9)
        assert row["accuracy"] == pytest.approx(alone["holdout"]["value"])
