"""Encoder-decoders: the encoder half is what reads the text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BartConfig, BartModel, PreTrainedModel, T5Config, T5EncoderModel, T5Model

from lit_hf.encoders import load_encoder
from lit_hf.errors import UnsupportedModel
from tests.support import tiny


def t5() -> T5Model:
    return T5Model(_t5_config()).eval()


def _t5_config() -> T5Config:
    return T5Config(vocab_size=120, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_decoder_layers=3, num_heads=2)


def bart() -> BartModel:
    config = BartConfig(
        vocab_size=120, d_model=16, encoder_layers=2, decoder_layers=3, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=64,
    )  # fmt: skip
    return BartModel(config).eval()


@pytest.mark.parametrize("make", [t5, bart])
def test_the_encoder_half_is_pooled_and_counted(tmp_path: Path, make: type[PreTrainedModel]) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = make()
    encoder = load_encoder(str(tiny.save(tmp_path, model)))
    half = model.get_encoder()
    inputs = tiny.texts(12)
    with torch.inference_mode():
        ids = [torch.tensor([tiny.tokenizer()(text)["input_ids"]]) for text in inputs]
        expected = np.stack([half(input_ids=each).last_hidden_state[0].mean(0).numpy() for each in ids])
    np.testing.assert_allclose(encoder.encode(inputs).rows, expected, atol=5e-6)
    assert encoder.info.parameters == sum(p.numel() for p in half.parameters())
    assert encoder.info.layer == 2
    twin = encoder.twin(0).encode(inputs).rows
    assert twin.shape == expected.shape
    assert not np.allclose(twin, expected, atol=0.01)


def test_a_checkpoint_of_the_encoder_alone_is_complete(tmp_path: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        alone = T5EncoderModel(_t5_config()).eval()
    assert load_encoder(str(tiny.save(tmp_path, alone))).encode(["a film"]).rows.shape == (1, 16)


def test_missing_weights_of_the_encoder_are_not_made_up(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tiny.save(tmp_path, t5())
    kept = {
        name: each for name, each in load_file(folder / "model.safetensors").items() if "encoder.block.1" not in name
    }
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UnsupportedModel, match=r"encoder\.block\.1"):
        load_encoder(str(folder)).encode(["a film"])
