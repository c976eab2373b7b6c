"""What counts as the length of an input: characters of texts, pixels of images, seconds of sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lit_hf.checks.contract import Content
from lit_hf.runtime.inputs import Image, Input, Sound


def text_lengths(inputs: Sequence[Content | None], parts: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the characters of each text, float64 [n] by what it is called; NaN where there is none."""
    texts = [(value,) if isinstance(value, str) else value for value in inputs]
    if not any(isinstance(each, tuple) for each in texts):
        return {}
    return {
        f"the length of {name}": np.array([len(each[at]) if isinstance(each, tuple) else np.nan for each in texts])
        for at, name in enumerate(parts)
    }


def media_lengths(inputs: Sequence[Input | None]) -> dict[str, np.ndarray]:
    """Return pixels of images, seconds of sounds, float64 [n]: each is decoded once more for it."""
    if any(isinstance(value, Image) for value in inputs):
        pixels = [np.prod(each.load().shape[:2]) if isinstance(each, Image) else np.nan for each in inputs]
        return {"the number of pixels": np.array(pixels, dtype=float)}
    if any(isinstance(value, Sound) for value in inputs):
        return {"the length of the sound": np.array([_seconds(value) for value in inputs])}
    return {}


def _seconds(value: Input | None) -> float:
    if not isinstance(value, Sound):
        return float("nan")
    wave = value.load()
    return len(wave.samples) / wave.rate
