"""From an image or a sound to what its network reads: transformers' own processors, with PIL and numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any, Protocol

import numpy as np

from lit_hf.errors import BadSetting
from lit_hf.runtime.inputs import Image, Input, Sound, Waveform

FRAMES_PER_SECOND = 50
"""A frame is 20 ms, what Whisper, wav2vec 2.0 and HuBERT make of 16 kHz; `max_tokens` of a sound counts these."""
DEFAULT_FRAMES = 30 * FRAMES_PER_SECOND


@dataclass(frozen=True)
class Prepared:
    """`values`, float32 without the batch dimension; `valid`: the share of its positions that are not padding."""

    values: np.ndarray
    valid: float = 1.0
    truncated: bool = False


class Processor(Protocol):
    """What stands before a network."""

    def prepare(self, value: Input) -> Prepared:
        """Decode and process one input."""
        ...

    def blank(self) -> Prepared:
        """Return what the network is given for an empty input: its shape is what matters."""
        ...

    @property
    def key(self) -> Mapping[str, Any]:
        """What of the processor's settings, and of the libraries below it, changes floats."""
        ...


@dataclass(frozen=True)
class ImageFront:
    """Resizing, cropping and normalising as the checkpoint's image processor says."""

    processor: Any
    """A PIL image processor of transformers."""

    def prepare(self, value: Input) -> Prepared:
        if not isinstance(value, Image):
            raise BadSetting("task", "of other inputs", "one of images for this encoder")
        return self._process(value.load())

    def blank(self) -> Prepared:
        return self._process(np.zeros((64, 64, 3), np.uint8))

    @property
    def key(self) -> Mapping[str, Any]:
        import PIL

        return {"processor": settings_of(self.processor), "pillow": PIL.__version__}

    def _process(self, pixels: np.ndarray) -> Prepared:
        found = self.processor(pixels, input_data_format="channels_last", return_tensors="np")
        return Prepared(np.asarray(found["pixel_values"][0], dtype=np.float32))


@dataclass(frozen=True)
class SoundFront:
    """Resampling to the feature extractor's rate, cutting at `max_frames` of 20 ms, and what the extractor does."""

    processor: Any
    """A feature extractor of transformers."""
    max_frames: int
    rate: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", int(self.processor.sampling_rate))

    def prepare(self, value: Input) -> Prepared:
        if not isinstance(value, Sound):
            raise BadSetting("task", "of other inputs", "one of sounds for this encoder")
        samples, limit = resample(value.load(), self.rate), self.max_frames * self.rate // FRAMES_PER_SECOND
        return self._extract(samples[:limit], len(samples) > limit)

    def blank(self) -> Prepared:
        return self._extract(np.zeros(self.rate, np.float32), False)

    @property
    def key(self) -> Mapping[str, Any]:
        import scipy

        return {"processor": settings_of(self.processor), "max_frames": self.max_frames, "scipy": scipy.__version__}

    def _extract(self, samples: np.ndarray, truncated: bool) -> Prepared:
        """Return the extractor's array of one sound; where it pads, its mask tells how much of it is sound."""
        few = np.pad(samples, (0, max(0, self.rate // 10 - len(samples))))  # convolutions need more than a few samples
        found = self.processor(few, sampling_rate=self.rate, return_attention_mask=True, return_tensors="np")
        mask = found.get("attention_mask")
        name = self.processor.model_input_names[0]
        valid = 1.0 if mask is None else float(np.mean(mask[0]))
        return Prepared(np.asarray(found[name][0], dtype=np.float32), valid, truncated)


def resample(sound: Waveform, rate: int) -> np.ndarray:
    """Return the samples at `rate` samples a second, float32, by a polyphase filter."""
    from scipy.signal import resample_poly

    if sound.rate == rate:
        return sound.samples
    common = gcd(sound.rate, rate)
    return np.asarray(resample_poly(sound.samples, rate // common, sound.rate // common), dtype=np.float32)


def settings_of(processor: Any) -> dict[str, Any]:
    """Return a processor's settings as plain values, without those that say who wrote it and with which version."""
    from lit_hf.encoders.twin import plain_values

    hidden = ("transformers_version", "processor_class", "image_processor_type", "feature_extractor_type")
    return plain_values({name: value for name, value in processor.to_dict().items() if name.lstrip("_") not in hidden})
