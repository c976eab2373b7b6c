"""What a configuration alone shows is refused at the door, before weights are read: with a reason and a next step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from transformers import PreTrainedModel

from lit_hf.encoders import load_encoder
from lit_hf.errors import UnsupportedModel
from tests.support import tiny

SIZES: dict[str, Any] = {
    "vocab_size": 120, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 64,
}  # fmt: skip
FUNNEL: dict[str, Any] = {
    "vocab_size": 120, "block_sizes": [1, 1], "d_model": 16, "n_head": 2, "d_head": 8, "d_inner": 32,
    "num_decoder_layers": 1,
}  # fmt: skip
REFORMER: dict[str, Any] = {
    "vocab_size": 120, "hidden_size": 16, "num_attention_heads": 2, "attn_layers": ["local", "lsh"],
    "axial_pos_shape": [8, 8], "axial_pos_embds_dim": [8, 8], "max_position_embeddings": 64, "feed_forward_size": 32,
    "attention_head_size": 8, "lsh_attn_chunk_length": 8, "local_attn_chunk_length": 8, "num_buckets": 4,
}  # fmt: skip


def model_of(name: str, **sizes: Any) -> PreTrainedModel:
    torch.manual_seed(3)
    configured = {"FunnelBaseModel": "FunnelConfig", "FunnelModel": "FunnelConfig"}
    config = getattr(transformers, configured.get(name, name.replace("Model", "Config")))
    model: PreTrainedModel = getattr(transformers, name)(config(**sizes))
    return model


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "NystromformerModel": ({**SIZES, "segment_means_seq_len": 64, "num_landmarks": 8}, "exactly 64 tokens"),
    "ReformerModel": (REFORMER, "two streams of states"),
    "ViltModel": ({**SIZES, "image_size": 32, "patch_size": 16}, "pixel_values"),
    "FunnelBaseModel": (FUNNEL, r"states are \[1, 6, 16\], and should be \[1, 12, 16\]"),
    "BrosModel": (SIZES, "bbox"),
}
READ: dict[str, dict[str, Any]] = {
    "NystromformerModel": {**SIZES, "segment_means_seq_len": 8, "num_landmarks": 8},
    "FunnelModel": FUNNEL,
    "LongformerModel": {**SIZES, "attention_window": 8},
    "CanineModel": {**SIZES, "max_position_embeddings": 256},
    "RoFormerModel": SIZES,
    "MambaModel": {"vocab_size": 120, "hidden_size": 16, "num_hidden_layers": 2, "state_size": 4},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_reads_no_text_alone_is_refused_before_its_weights_are_read(name: str, tmp_path: Path) -> None:
    sizes, words = REFUSED[name]
    folder = tiny.save(tmp_path / name, model_of(name, **sizes))
    weights = next(folder.glob("*.safetensors"))
    weights.write_bytes(b"never read")
    with pytest.raises(UnsupportedModel, match=words) as caught:
        load_encoder(str(folder)).encode(["the film"])
    assert caught.value.next_step


@pytest.mark.parametrize("name", READ)
def test_its_relatives_are_read(name: str, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / name, model_of(name, **READ[name]))
    assert load_encoder(str(folder)).encode(["the film"]).rows.shape == (1, 16)
