"""The same job on loaded objects: their bits are those of the names, and they stay as they were."""

from __future__ import annotations

from pathlib import Path

import datasets
import numpy as np
import pytest
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

import lit_hf
from lit_hf.encoders import load_encoder, wrap_encoder
from lit_hf.encoders.objects import evaluating, live_encoder
from lit_hf.errors import UnsupportedModel, UsageError
from tests.support import assets, tiny

SMALL = {"orders": 1, "twins": 1, "max_examples": 100}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.save(tmp_path / "bert", tiny.bert())


def data(count: int = 100) -> datasets.Dataset:
    texts, labels, _ = assets.rotten()
    rows = np.random.default_rng(0).permutation(len(texts))[:count]  # the file is sorted by label
    return datasets.Dataset.from_dict({"text": [texts[row] for row in rows], "label": [labels[row] for row in rows]})


def test_objects_give_the_bits_of_their_names(folder: Path, tmp_path: Path) -> None:
    model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    loaded = lit_hf.evaluate(model, data(), tokenizer=tokenizer, cache_dir=str(tmp_path), **SMALL)
    named = lit_hf.evaluate(str(folder), data(), cache_dir=str(tmp_path / "other"), **SMALL)
    loaded.validate()
    for arm in ("bits_encoder", "bits_baseline", "bits_raw"):
        np.testing.assert_array_equal(loaded.arrays[arm], named.arrays[arm])
    assert "in memory, weights" in loaded["model"]["id"]
    assert loaded["settings"]["resolved"]["model"] == "in memory"


def test_other_weights_are_another_result(folder: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = [
        lit_hf.evaluate(tiny.bert(seed), data(), tokenizer=tokenizer, cache_dir=str(tmp_path), **SMALL)
        for seed in (0, 1)
    ]
    assert found[0]["id"] != found[1]["id"]


def test_the_caller_s_model_stays_as_it_is() -> None:
    model = tiny.bert().train().double()
    wrap_encoder(model, tiny.tokenizer()).encode(tiny.texts(5))
    assert all(module.training for module in model.modules())
    assert {parameter.dtype for parameter in model.parameters()} == {next(model.parameters()).dtype}
    assert str(next(model.parameters()).dtype) == "torch.float64"


def test_a_head_beside_the_body_changes_nothing(folder: Path) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3)
    rows = wrap_encoder(model, AutoTokenizer.from_pretrained(folder)).encode(tiny.texts(5)).rows
    np.testing.assert_array_equal(rows, load_encoder(str(folder)).encode(tiny.texts(5)).rows)


def test_a_live_model_keeps_its_modes_and_can_go_on_learning() -> None:
    model = tiny.bert().train()
    model.encoder.layer[0].eval()
    before = {name: module.training for name, module in model.named_modules()}
    with evaluating(model):
        rows = live_encoder(model, tiny.tokenizer()).encode(tiny.texts(5)).rows
    assert {name: module.training for name, module in model.named_modules()} == before
    np.testing.assert_array_equal(rows, wrap_encoder(tiny.bert(), tiny.tokenizer()).encode(tiny.texts(5)).rows)
    ids = tiny.tokenizer()(["the film"], return_tensors="pt")
    model(**ids).last_hidden_state.sum().backward()
    assert model.embeddings.word_embeddings.weight.grad is not None


def test_a_sentence_transformer_is_read_as_its_files_say(tmp_path: Path) -> None:
    sentence = pytest.importorskip("sentence_transformers")
    from sentence_transformers.sentence_transformer import modules

    body = modules.Transformer(str(tiny.save(tmp_path / "bert", tiny.bert())), max_seq_length=12)
    parts = [body, modules.Pooling(16, "cls"), modules.Normalize()]
    model = sentence.SentenceTransformer(
        modules=parts, device="cpu", prompts={"query": "the film "}, default_prompt_name="query"
    )
    model.save(str(tmp_path / "saved"))
    found, named = wrap_encoder(model), load_encoder(str(tmp_path / "saved"))
    assert (found.info.pooling, found.info.prompt, found.info.max_tokens) == ("cls", "the film ", 12)
    rows = found.encode(tiny.texts(5)).rows
    np.testing.assert_array_equal(rows, named.encode(tiny.texts(5)).rows)
    # Another batch plan and padding: equal up to the rounding of float32.
    np.testing.assert_allclose(rows, model.encode(tiny.texts(5)), atol=1e-5)


def test_a_sentence_transformer_with_more_modules_is_refused(tmp_path: Path) -> None:
    sentence = pytest.importorskip("sentence_transformers")
    from sentence_transformers.sentence_transformer import modules

    folder = tiny.save(tmp_path / "bert", tiny.bert())
    body = modules.Transformer(str(folder))
    parts = [body, modules.LSTM(16, 4), modules.Pooling(8)]
    with pytest.raises(UnsupportedModel, match="LSTM"):
        wrap_encoder(sentence.SentenceTransformer(modules=parts, device="cpu"))


def test_what_is_missing_is_said() -> None:
    with pytest.raises(UsageError, match="tokeniser"):
        wrap_encoder(tiny.bert())
    with pytest.raises(UnsupportedModel, match="dict"):
        wrap_encoder({})
