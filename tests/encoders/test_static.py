"""Static embeddings: folders as model2vec and sentence-transformers write them, and the word vectors of a real BERT."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from lit_hf.encoders import Choices, load_encoder
from lit_hf.errors import BadSetting, UnsupportedModel
from lit_hf.evaluation.run import evaluate
from tests.support import assets, tiny

TABLE = np.random.default_rng(0).normal(size=(120, 8)).astype(np.float32)


def save(folder: Path, tokenizer: Tokenizer | None = None, normalize: bool = False, **tensors: np.ndarray) -> Path:
    """Write a folder as model2vec does."""
    folder.mkdir(exist_ok=True)
    save_file({"embeddings": TABLE, **tensors}, folder / "model.safetensors")
    (tokenizer or tiny.tokenizer().backend_tokenizer).save(str(folder / "tokenizer.json"))
    tiny.write(folder / "config.json", {"model_type": "model2vec", "normalize": normalize})
    listed = [{"idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"}]
    tiny.write(folder / "modules.json", listed)
    return folder


def ids(text: str) -> list[int]:
    """Tokens without brackets and unknown words (1)."""
    return [token for token in tiny.tokenizer()(text, add_special_tokens=False)["input_ids"] if token != 1]


def test_a_text_is_the_mean_of_its_token_vectors_without_unknown_ones(tmp_path: Path) -> None:
    inputs = [*tiny.texts(20), "the ☃ film", "☃", ""]
    rows = load_encoder(str(save(tmp_path))).encode(inputs).rows
    expected = [TABLE[ids(text)].mean(0) if ids(text) else np.zeros(8) for text in inputs]
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_a_quantised_vocabulary_has_rows_and_weights_of_tokens(tmp_path: Path) -> None:
    mapping = (np.arange(120) // 2).astype(np.int32)
    weights = np.linspace(0.5, 2, 120)
    folder = save(tmp_path, embeddings=TABLE[:60], mapping=mapping, weights=weights, normalize=True)
    found = ids("the film was good")
    expected = (TABLE[mapping[found]] * weights[found][:, None]).mean(0)
    rows = load_encoder(str(folder)).encode(["the film was good"]).rows
    np.testing.assert_allclose(rows[0], expected / np.linalg.norm(expected), atol=1e-6)


def test_a_pair_is_the_mean_over_both_and_a_prompt_comes_first(tmp_path: Path) -> None:
    folder = str(save(tmp_path))
    pair = load_encoder(folder).encode([("the film", "a plot")]).rows[0]
    np.testing.assert_allclose(pair, TABLE[ids("the film") + ids("a plot")].mean(0), atol=1e-6)
    prompted = load_encoder(folder, Choices(prompt="very ")).encode(["good"]).rows[0]
    np.testing.assert_allclose(prompted, TABLE[ids("very good")].mean(0), atol=1e-6)


def test_tokens_beyond_the_limit_are_cut_and_counted(tmp_path: Path) -> None:
    encoder = load_encoder(str(save(tmp_path)), Choices(max_tokens=2))
    encoded = encoder.encode(["the film was good", "the film"])
    assert encoded.truncated == 1
    assert np.array_equal(encoded.rows[0], encoded.rows[1])


def test_the_table_of_sentence_transformers_keeps_unknown_tokens(tmp_path: Path) -> None:
    folder = save(tmp_path)
    (folder / "config.json").unlink()
    inner = folder / "0_StaticEmbedding"
    inner.mkdir()
    save_file({"embedding.weight": TABLE}, inner / "model.safetensors")
    shutil.move(folder / "tokenizer.json", inner / "tokenizer.json")
    tiny.write(
        folder / "modules.json", [{"path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}]
    )
    rows = load_encoder(str(folder)).encode(["the ☃ film"]).rows
    tokens = tiny.tokenizer()("the ☃ film", add_special_tokens=False)["input_ids"]
    assert 1 in tokens
    np.testing.assert_allclose(rows[0], TABLE[tokens].mean(0), atol=1e-6)


def test_the_twin_is_a_random_table_that_repeats(tmp_path: Path) -> None:
    encoder = load_encoder(str(save(tmp_path)))
    rows = [encoder.twin(seed).encode(tiny.texts(5)).rows for seed in (0, 0, 1)]
    assert np.array_equal(rows[0], rows[1])
    assert not np.allclose(rows[0], rows[2])
    assert encoder.twin(0).key != encoder.key


@pytest.mark.parametrize("wrong", [{"layer": "2"}, {"pooling": "cls"}])
def test_other_layers_and_poolings_are_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="static"):
        load_encoder(str(save(tmp_path)), Choices(**wrong))


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path)
    save_file({"other": TABLE}, folder / "model.safetensors")
    with pytest.raises(UnsupportedModel, match="table"):
        load_encoder(str(folder))


def test_word_vectors_of_a_real_encoder_beat_random_ones_on_news(tmp_path: Path) -> None:
    words = load_file(assets.l6_folder() / "model.safetensors")
    name = next(key for key in words if key.endswith("word_embeddings.weight"))
    table = words[name].astype(np.float32)
    folder = save(tmp_path / "l6", Tokenizer.from_file(str(assets.l6_folder() / "tokenizer.json")), embeddings=table)
    texts, labels, _ = assets.bbc()
    data = Dataset.from_dict({"text": texts, "label": labels})
    record = evaluate(str(folder), data, orders=1, twins=2, max_examples=400)
    record.validate()
    assert record["transfer"]["interval"][0] > 0
    assert abs(record["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
    assert json.loads(record.to_json())["model"]["architecture"] == "StaticEmbedding"
