"""Small images and sounds, and folders and networks of them, for the tests."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from datasets import ClassLabel, Dataset, Features, Image
from PIL import Image as Pictures
from transformers import (
    PreTrainedModel,
    ViTConfig,
    ViTModel,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2Model,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperModel,
)
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from lit_hf.runtime import inputs
from lit_hf.tasks.media import digest

RATE = 8_000


def png(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    """A picture file of `pixels`, uint8 [h, w] or [h, w, 3]."""
    file = io.BytesIO()
    Pictures.fromarray(pixels).save(file, kind)
    return file.getvalue()


def image_data(pixels: np.ndarray, labels: Sequence[int], classes: int = 10) -> Dataset:
    """A dataset with the columns image and label."""
    features = Features({"image": Image(), "label": ClassLabel(classes)})
    stored = [{"bytes": png(each), "path": None} for each in pixels]
    return Dataset.from_dict({"image": stored, "label": list(labels)}, features=features)


def image(pixels: np.ndarray) -> inputs.Image:
    """A reference to an image in memory."""
    return inputs.Image(digest(pixels.tobytes()), lambda: pixels)


def sound(samples: np.ndarray, rate: int = RATE) -> inputs.Sound:
    """A reference to a sound in memory."""
    found = inputs.Waveform(samples.astype(np.float32), rate)
    return inputs.Sound(digest(samples.tobytes()), lambda: found)


def tone(hertz: float, seconds: float = 0.5, rate: int = RATE, size: float = 0.5) -> np.ndarray:
    """Samples of a sine, float64."""
    return size * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def write_wav(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """A 16-bit file of samples in -1..1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return path


def vit(seed: int = 0) -> PreTrainedModel:
    """A ViT of 2 layers, width 32, 28 x 28 pixels in 16 patches."""
    config = ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=28, patch_size=7
    )
    return _seeded(ViTModel, config, seed)


def wav2vec2(seed: int = 0) -> PreTrainedModel:
    """A wav2vec 2.0 of 2 layers, width 16."""
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, conv_dim=(8,) * 7,
    )  # fmt: skip
    return _seeded(Wav2Vec2Model, config, seed)


def whisper(seed: int = 0) -> PreTrainedModel:
    """A Whisper of 2 layers, width 16, that reads 2 seconds."""
    config = WhisperConfig(
        d_model=16, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, num_mel_bins=20, max_source_positions=100, vocab_size=60,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    return _seeded(WhisperModel, config, seed)


def save(folder: Path, model: PreTrainedModel, side: int = 28) -> Path:
    """Write the model with a processor that fits it; images are made `side` pixels wide and high."""
    model.save_pretrained(folder)
    if isinstance(model, WhisperModel):
        WhisperFeatureExtractor(feature_size=20, chunk_length=2).save_pretrained(folder)
    elif isinstance(model, Wav2Vec2Model):
        Wav2Vec2FeatureExtractor(return_attention_mask=False).save_pretrained(folder)
    else:
        ViTImageProcessorPil(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


def _seeded(kind: type[PreTrainedModel], config: object, seed: int) -> PreTrainedModel:
    with torch.random.fork_rng():
        torch.manual_seed(1_000 + seed)  # no twin's seed, or the checkpoint would be its own twin
        return kind(config).eval()
