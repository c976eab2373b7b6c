"""Real encoders and data, as tests call them; benchmarks and docs, which know no tests, use the same."""

from __future__ import annotations

from scripts.assets import (
    UNIVERSAL,
    Absent,
    Texts,
    absent,
    bbc,
    brown,
    cache,
    chromium,
    digits,
    fashion_mnist,
    imdb,
    l3_folder,
    l3_onnx,
    l6_folder,
    lite0_folder,
    newsgroups20,
    noised,
    package,
    quantised,
    redrawn,
    reuters_r8,
    rotten,
    spoken_prompts,
    truncated_layers,
    whisper_folder,
)

__all__ = [
    "Absent", "Texts", "UNIVERSAL", "absent", "bbc", "brown", "cache", "chromium", "digits", "fashion_mnist", "imdb",
    "l3_folder", "l3_onnx", "l6_folder", "lite0_folder", "newsgroups20", "noised", "package", "quantised", "redrawn",
    "reuters_r8", "rotten", "spoken_prompts", "truncated_layers", "whisper_folder",
]  # fmt: skip
