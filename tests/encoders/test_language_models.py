"""Language models that learned from real text in this test, against their random twins on real topics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedModel, T5Config, T5ForConditionalGeneration

from lit_hf.encoders import Choices, load_encoder
from lit_hf.evaluation.run import evaluate
from tests.support import pretrain

STEPS = 200


def gpt2(words: int) -> PreTrainedModel:
    config = GPT2Config(
        vocab_size=words, n_embd=48, n_layer=2, n_head=2, n_positions=128, bos_token_id=None, eos_token_id=None
    )
    return GPT2LMHeadModel(config)


def t5(words: int) -> PreTrainedModel:
    config = T5Config(
        vocab_size=words, d_model=48, d_kv=24, d_ff=96, num_layers=2, num_decoder_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0,
    )  # fmt: skip
    return T5ForConditionalGeneration(config)


@pytest.fixture(scope="module", params=[gpt2, t5], ids=["decoder-only", "encoder-decoder"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model after `STEPS` steps, its tokeniser padding on the right."""
    rows, _ = pretrain.halves()
    tokens = pretrain.tokenizer(rows)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = request.param(len(tokens))
        pretrain.train(model, tokens, rows, STEPS)
    return pretrain.save(tmp_path_factory.mktemp("model"), model, tokens)


@pytest.mark.slow
def test_reading_news_with_topics_saves_bits_on_other_news(folder: Path) -> None:
    rows = pretrain.halves()[1]
    data = Dataset.from_dict({"text": [text for text, _ in rows], "label": [topic for _, topic in rows]})
    record = evaluate(str(folder), data, orders=2, twins=2, max_examples=500)
    record.validate()
    assert record["transfer"]["interval"][0] > 0
    assert abs(record["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
    assert record["codelength"]["bits"] < record["baselines"]["class_prior"]["bits"] - 100
    print(record)  # what docs/kinds.md says of this test


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "last"])
def test_the_side_of_padding_changes_nothing(folder: Path, tmp_path: Path, pooling: str) -> None:
    rows, _ = pretrain.halves()
    inputs = [text[: 20 + 13 * place] for place, (text, _) in enumerate(rows[:24])]
    right = load_encoder(str(folder), Choices(pooling=pooling)).encode(inputs).rows
    left = tmp_path / "left"
    left.mkdir()
    for file in folder.iterdir():
        (left / file.name).write_bytes(file.read_bytes())
    pretrain.tokenizer(rows, side="left").save_pretrained(left)
    np.testing.assert_array_equal(load_encoder(str(left), Choices(pooling=pooling)).encode(inputs).rows, right)
    single = np.concatenate(
        [load_encoder(str(folder), Choices(pooling=pooling)).encode([text]).rows for text in inputs[:4]]
    )
    np.testing.assert_allclose(single, right[:4], atol=2e-5)
