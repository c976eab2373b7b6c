"""A trial before the work: what padding or earlier inputs change in a network is found, and read around."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    BigBirdConfig,
    BigBirdModel,
    ConvBertConfig,
    ConvBertModel,
    FNetConfig,
    FNetModel,
    PreTrainedModel,
    YosoConfig,
    YosoModel,
)

from lit_hf.encoders import Choices, load_encoder, tried
from lit_hf.encoders.text import TextEncoder
from lit_hf.encoders.trial import ALLOWED, spread_of
from lit_hf.errors import LitError, LitWarning, NotFiniteFeatures, UnsupportedModel
from lit_hf.features import FeatureStore
from tests.support import tiny

SIZES: dict[str, Any] = {
    "vocab_size": 120, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 64,
}  # fmt: skip
INPUTS = tiny.texts(20)


def fnet() -> PreTrainedModel:
    return FNetModel(FNetConfig(**SIZES))


def yoso() -> PreTrainedModel:
    return YosoModel(YosoConfig(**SIZES))


def bigbird() -> PreTrainedModel:
    sizes = {**SIZES, "max_position_embeddings": 128}
    return BigBirdModel(BigBirdConfig(**sizes, attention_type="block_sparse", block_size=2, num_random_blocks=1))


def convbert() -> PreTrainedModel:
    return ConvBertModel(ConvBertConfig(**SIZES, embedding_size=16, head_ratio=2))


ODD = {"FNet": fnet, "YOSO": yoso, "BigBird": bigbird, "ConvBERT": convbert}


def folder_of(tmp_path: Path, name: str) -> Path:
    torch.manual_seed(11)
    model = (ODD[name]() if name in ODD else tiny.bert()).eval()
    return tiny.save(tmp_path / name, model)


def alone(encoder: TextEncoder, text: str) -> np.ndarray:
    """The features of a text by a network that has read nothing else."""
    encoder.release()
    return encoder.encode([text]).rows[0].astype(np.float64)


@pytest.mark.parametrize("name", ODD)
def test_odd_networks_are_read_so_that_a_text_is_read_for_itself(name: str, tmp_path: Path) -> None:
    folder, beside = folder_of(tmp_path, name), FeatureStore(tmp_path / "features").folder
    plain = load_encoder(str(folder))
    encoder = tried(plain, INPUTS, beside)
    assert isinstance(encoder, TextEncoder)
    assert encoder.key != plain.key
    assert encoder.info.sources["batches"].startswith("of equal length")
    together = encoder.encode(INPUTS[::-1]).rows[::-1].astype(np.float64)
    apart = np.stack([alone(load_encoder(str(folder)), text) for text in INPUTS])  # type: ignore[arg-type]
    assert np.linalg.norm(together - apart, axis=1).max() <= ALLOWED * spread_of(apart)
    twin = encoder.twin(0)
    rows = twin.encode(INPUTS).rows
    assert np.allclose(rows[3], twin.encode(INPUTS[3:4]).rows[0], atol=1e-5)
    before = load_encoder(str(folder)).encode(INPUTS).rows.astype(np.float64)
    assert np.linalg.norm(before - apart, axis=1).max() > ALLOWED * spread_of(apart)  # what it was like


def test_bigbird_gets_its_attention_back(tmp_path: Path) -> None:
    encoder = tried(load_encoder(str(folder_of(tmp_path, "BigBird"))), INPUTS, FeatureStore(tmp_path / "f").folder)
    assert "put back" in encoder.info.sources["state"]
    long, short = max(INPUTS, key=len), min(INPUTS, key=len)
    first = encoder.encode([long]).rows
    encoder.encode([short])
    assert np.array_equal(encoder.encode([long]).rows, first)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_others_pass_untouched(dtype: str, tmp_path: Path) -> None:
    for model in (tiny.bert(), tiny.gpt2()):
        plain = load_encoder(str(tiny.save(tmp_path / type(model).__name__, model)), Choices(dtype=dtype))
        key, rows = dict(plain.key), load_encoder(plain.info.id, Choices(dtype=dtype)).encode(INPUTS).rows
        encoder = tried(plain, INPUTS, FeatureStore(tmp_path / "features").folder)
        assert encoder is plain
        assert encoder.key == key
        assert np.array_equal(encoder.encode(INPUTS).rows, rows)
        assert "batches" not in encoder.info.sources
        assert "relative differences" in encoder.info.sources["trial"]


def test_float32_decides_for_sixteen_bits(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "ConvBERT")
    encoder = tried(
        load_encoder(str(folder), Choices(dtype="bfloat16")), INPUTS, FeatureStore(tmp_path / "features").folder
    )
    assert encoder.key["batches"] == "equal lengths"
    assert encoder.key["dtype"] == "bfloat16"


def test_a_trial_is_made_once_for_inputs_of_its_lengths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, beside = str(folder_of(tmp_path, "FNet")), FeatureStore(tmp_path / "features").folder
    short = [text for text in INPUTS if len(text.split()) < 8]
    first = tried(load_encoder(folder), short, beside)
    made = []
    monkeypatch.setattr("lit_hf.encoders.before_work.try_out", lambda *given: made.append(given))
    again = tried(load_encoder(folder), short, beside)
    assert not made
    assert (again.key, dict(again.info.sources)) == (first.key, dict(first.info.sources))
    assert "_model" not in vars(again)  # nothing was loaded
    tried(load_encoder(folder), [*INPUTS, " ".join(["film"] * 50)], beside)
    assert len(made) == 1


@pytest.mark.parametrize(
    ("value", "error", "words"), [(float("nan"), NotFiniteFeatures, "NaN"), (1e32, UnsupportedModel, "as large as")]
)
def test_features_that_are_no_numbers_are_named(
    value: float, error: type[LitError], words: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words) as caught:
        tried(load_encoder(scaled(tmp_path, value)), INPUTS, FeatureStore(tmp_path / "features").folder)
    assert caught.value.next_step


def test_features_that_are_all_the_same_are_named(tmp_path: Path) -> None:
    plain = load_encoder(scaled(tmp_path, 0.0))
    with pytest.warns(LitWarning, match=r"8 different inputs are all the same. Another `--layer`"):
        encoder = tried(plain, INPUTS, FeatureStore(tmp_path / "features").folder)
    assert encoder is plain


def scaled(folder: Path, value: float) -> str:
    """A BERT whose last layer multiplies everything by a value."""
    model: Any = tiny.bert()
    model.encoder.layer[1].output.LayerNorm.weight.data.fill_(value)
    return str(tiny.save(folder, model))


def test_unknown_words_are_counted_warned_of_and_refused(tmp_path: Path) -> None:
    folder, beside = str(tiny.save(tmp_path / "bert", tiny.bert())), FeatureStore(tmp_path / "features").folder
    known = tried(load_encoder(folder), INPUTS, beside)
    assert known.info.sources["unknown_tokens"] == "0.00% of the tokens of the first 20 inputs"
    some = [f"{text} {'日本' if number % 4 == 0 else ''}" for number, text in enumerate(INPUTS)]
    with pytest.warns(LitWarning, match="unknown to the tokeniser"):
        tried(load_encoder(folder), some, beside)
    with pytest.raises(UnsupportedModel, match=r"100.00% .* unknown to its tokeniser"):
        tried(load_encoder(folder), ["日本", "語 日本 語", "本"], beside)


def test_a_checkpoint_without_tokeniser_files_is_refused(tmp_path: Path) -> None:
    for model in (tiny.bert(), tiny.gpt2()):
        folder = tmp_path / type(model).__name__
        model.save_pretrained(folder)
        with pytest.raises(UnsupportedModel, match="has no words") as caught:
            load_encoder(str(folder))
        assert "tokenizer.json" in str(caught.value.next_step)


def test_a_tokeniser_of_one_state_is_read(tmp_path: Path) -> None:
    """Bytes and characters need no files: they are no empty tokeniser."""
    from transformers import ByT5Tokenizer

    folder = tmp_path / "bytes"
    model = tiny.bert()
    model.config.vocab_size = 400
    type(model)(model.config).save_pretrained(folder)
    ByT5Tokenizer(extra_ids=0).save_pretrained(folder)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    assert config["tokenizer_class"] == "ByT5Tokenizer"
    encoder = tried(load_encoder(str(folder)), ["日本 a", "語", "b c d"], FeatureStore(tmp_path / "f").folder)
    assert encoder.info.sources["unknown_tokens"].startswith("0.00%")
