"""The encoder half of a Whisper in CTranslate2's format -> Hugging Face folder of a WhisperModel without a decoder.

The file: version, name and revision of the specification, then for each variable its name, shape, type and bytes
(https://github.com/OpenNMT/CTranslate2, python/ctranslate2/specs/model_spec.py).
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np

FLOAT16 = 4
PARTS = {
    "self_attention/layer_norm": "self_attn_layer_norm", "self_attention/linear_1": "self_attn.out_proj",
    "ffn/layer_norm": "final_layer_norm", "ffn/linear_0": "fc1", "ffn/linear_1": "fc2",
}  # fmt: skip
KINDS = {"gamma": "weight", "beta": "bias", "weight": "weight", "bias": "bias"}


class Reader:
    """Reads little-endian numbers and strings one after the other."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack(f"<{kind}", self.take(struct.calcsize(kind)))
        return int(value)

    def text(self) -> str:
        return self.take(self.number("H")).rstrip(b"\0").decode()

    def take(self, count: int) -> bytes:
        self._at += count
        return self._raw[self._at - count : self._at]


def convert(model: Path, folder: Path) -> None:
    """Write `folder`: configuration, half-precision safetensors of the encoder, and feature extractor."""
    from safetensors.numpy import save_file
    from transformers import WhisperConfig, WhisperFeatureExtractor

    weights = encoder_weights(read_variables(model))
    width, bands, _ = weights["encoder.conv1.weight"].shape
    layers = {name.split(".")[2] for name in weights if name.startswith("encoder.layers.")}
    config = WhisperConfig(
        d_model=width, num_mel_bins=bands, encoder_layers=len(layers), decoder_layers=len(layers),
        encoder_attention_heads=width // 64, decoder_attention_heads=width // 64, encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width, vocab_size=51_864, dtype="float16", architectures=["WhisperModel"],
    )  # fmt: skip
    config.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=bands).save_pretrained(folder)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def read_variables(model: Path) -> dict[str, np.ndarray]:
    """All half-precision variables of the file under their own names."""
    reader = Reader(model.read_bytes())
    reader.number("I"), reader.text(), reader.number("I")
    found = {}
    for _ in range(reader.number("I")):
        name, rank = reader.text(), reader.number("B")
        shape = [reader.number("I") for _ in range(rank)]
        kind, raw = reader.number("B"), reader.take(reader.number("I"))
        if kind == FLOAT16:
            found[name] = np.frombuffer(raw, np.float16).reshape(shape)
    return found


def encoder_weights(variables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The encoder's weights under their WhisperModel names; queries, keys and values are one matrix in the file."""
    found = {}
    for name, value in variables.items():
        layer = re.fullmatch(r"encoder/layer_(\d+)/(.+)/(\w+)", name)
        if layer and layer[2] == "self_attention/linear_0":
            for part, piece in zip("qkv", np.split(value, 3), strict=True):
                found[f"encoder.layers.{layer[1]}.self_attn.{part}_proj.{layer[3]}"] = piece
        elif layer:
            found[f"encoder.layers.{layer[1]}.{PARTS[layer[2]]}.{KINDS[layer[3]]}"] = value
        elif name.startswith("encoder/conv"):
            found[name.replace("/", ".")] = value
        elif name.startswith("encoder/layer_norm"):
            found[f"encoder.layer_norm.{KINDS[name.rsplit('/', 1)[1]]}"] = value
    keys = [name for name in found if name.endswith("k_proj.bias")]
    if any(np.any(found[name]) for name in keys):
        raise ValueError("a Whisper's keys have no bias")
    found["encoder.embed_positions.weight"] = variables["encoder/position_encodings/encodings"]
    return {name: np.ascontiguousarray(value) for name, value in found.items() if name not in keys}
