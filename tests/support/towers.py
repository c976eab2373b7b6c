"""Tiny networks of odd architectures with random weights, as transformers saves them: towers, pairs, latents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as tf

from tests.support import tiny

V = 120
TEXT: dict[str, Any] = {
    "vocab_size": V, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 40,
}  # fmt: skip
SEES: dict[str, Any] = {
    "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "image_size": 16,
    "patch_size": 8,
}  # fmt: skip
ENDS = {"eos_token_id": 3, "bos_token_id": 2, "pad_token_id": 0}


def clip() -> Any:
    config = tf.CLIPConfig(text_config={**TEXT, **ENDS}, vision_config=SEES, projection_dim=10)
    return _seeded(tf.CLIPModel, config)


def siglip() -> Any:
    return _seeded(tf.SiglipModel, tf.SiglipConfig(text_config={**TEXT, "projection_size": 14}, vision_config=SEES))


def dpr(kind: str, projection: int = 0) -> Any:
    return _seeded(getattr(tf, kind), tf.DPRConfig(**TEXT, projection_dim=projection))


def funnel(kind: str = "FunnelModel") -> Any:
    config = tf.FunnelConfig(
        vocab_size=V, block_sizes=[1, 1], num_decoder_layers=1, d_model=16, n_head=2, d_head=8, d_inner=32
    )
    return _seeded(getattr(tf, kind), config)


def nystromformer() -> Any:
    config = tf.NystromformerConfig(**{**TEXT, "max_position_embeddings": 64}, segment_means_seq_len=64,
                                    num_landmarks=8)  # fmt: skip
    return _seeded(tf.NystromformerModel, config)


def reformer() -> Any:
    config = tf.ReformerConfig(
        vocab_size=V, hidden_size=16, num_attention_heads=2, attention_head_size=8, axial_pos_embds_dim=[8, 8],
        axial_pos_shape=[8, 8], attn_layers=["local", "lsh"], feed_forward_size=32, max_position_embeddings=64,
        num_buckets=2, lsh_attn_chunk_length=8, local_attn_chunk_length=8, is_decoder=False,
    )  # fmt: skip
    return _seeded(tf.ReformerModel, config)


def perceiver() -> Any:
    config = tf.PerceiverConfig(
        num_latents=4, d_latents=16, d_model=16, num_blocks=1, num_self_attends_per_block=1,
        num_self_attention_heads=2, num_cross_attention_heads=2, vocab_size=V, max_position_embeddings=64,
    )  # fmt: skip
    return _seeded(tf.PerceiverModel, config)


def vit() -> Any:
    return _seeded(tf.ViTModel, tf.ViTConfig(**SEES))


def wav2vec2() -> Any:
    config = tf.Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, conv_dim=[8],
        conv_stride=[4], conv_kernel=[4], num_feat_extract_layers=1, num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    return _seeded(tf.Wav2Vec2Model, config)


def encoder_decoder() -> Any:
    halves = tf.BertConfig(**TEXT), tf.BertConfig(**TEXT, is_decoder=True, add_cross_attention=True)
    return _seeded(tf.EncoderDecoderModel, tf.EncoderDecoderConfig.from_encoder_decoder_configs(*halves))


def lxmert() -> Any:
    config = tf.LxmertConfig(
        vocab_size=V, hidden_size=16, num_attention_heads=2, intermediate_size=16, l_layers=1, x_layers=1, r_layers=1
    )
    return _seeded(tf.LxmertModel, config)


def vilt() -> Any:
    return _seeded(tf.ViltModel, tf.ViltConfig(**TEXT, image_size=16, patch_size=8))


def llava() -> Any:
    text = tf.LlamaConfig(**TEXT, num_key_value_heads=2)
    config = tf.LlavaConfig(text_config=text, vision_config=tf.CLIPVisionConfig(**SEES), image_token_index=119)
    return _seeded(tf.LlavaModel, config)


def save(folder: Path, make: Callable[[], Any]) -> Path:
    """Write the network, a tokeniser and an image processor of 16 by 16 pixels."""
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    make().save_pretrained(folder)
    tiny.tokenizer().save_pretrained(folder)
    size = {"height": 16, "width": 16}
    CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size=size).save_pretrained(folder)
    return folder


def _seeded(kind: Any, config: Any) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(1_003)
        return kind(config).eval()
