"""The raw-input arms for images and sounds: a small picture, and statistics of a mel spectrogram; no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input
from lit_hf.encoders.processors import resample
from lit_hf.errors import BadSetting
from lit_hf.runtime.inputs import Image, Sound, Waveform
from lit_hf.runtime.units import side_by_side

VERSION = 1
GREY, COLOUR = 28, 8
"""Sides of the grey and of the coloured picture."""
RATE, WINDOW, HOP, BANDS = 16_000, 400, 160, 64
"""Samples a second, of a window of 25 ms, between windows, and mel bands from 0 to 8,000 Hz."""
QUIET = 1e-10
"""Power below which a band is silent."""


class RawMedia(Encoder):
    """Rows of `describe(input)`, a pure function of one decoded input."""

    def __init__(self, name: str, architecture: str, dim: int, describe: Callable[[Input], np.ndarray]) -> None:
        self._name, self._architecture, self._dim, self._describe = name, architecture, dim, describe

    @property
    def key(self) -> Mapping[str, Any]:
        import PIL
        import scipy

        return {
            "kind": f"raw: {self._name}", "version": VERSION, "dim": self._dim,
            "engine": {"pillow": PIL.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
        }  # fmt: skip

    @property
    def info(self) -> EncoderInfo:
        return EncoderInfo(
            id=self._name, revision=None, kind="raw input", architecture=self._architecture, parameters=0,
            dim=self._dim, layer=None, pooling=None, prompt="", max_tokens=None, padding_side=None, dtype="float32",
        )  # fmt: skip

    @property
    def dim(self) -> int:
        return self._dim

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return a row for each input, decoded one by one."""
        rows = side_by_side([lambda: np.stack([self._describe(value) for value in inputs])])[0]
        return Encoded(rows.astype(np.float32), 0)

    def twin(self, seed: int) -> Encoder:
        """Raise: there are no weights to draw afresh."""
        raise BadSetting("model", "raw input", "a model with weights; the raw input has no random twin")


def raw_image() -> RawMedia:
    """Return the pixels of a small picture: 28 x 28 grey and 8 x 8 of three colours, in 0..1; 976 numbers."""
    return RawMedia("pixels", "28 x 28 grey and 8 x 8 coloured pixels", GREY**2 + 3 * COLOUR**2, small_picture)


def raw_sound() -> RawMedia:
    """Return mean and standard deviation over time of 64 log-mel bands, and the log of the length; 129 numbers."""
    return RawMedia("mel statistics", "mean and deviation of 64 log-mel bands, length", 2 * BANDS + 1, mel_statistics)


def small_picture(value: Input) -> np.ndarray:
    """Return float64 [976] of an image, whose proportions are not kept; averages over areas, so nothing is skipped."""
    from PIL import Image as Pictures

    assert isinstance(value, Image)
    picture = Pictures.fromarray(value.load())
    grey = picture.convert("L").resize((GREY, GREY), Pictures.Resampling.BOX)
    colour = picture.resize((COLOUR, COLOUR), Pictures.Resampling.BOX)
    return np.concatenate([np.asarray(each, dtype=np.float64).ravel() for each in (grey, colour)]) / 255


def mel_statistics(value: Input) -> np.ndarray:
    """Return float64 [129] of a sound."""
    assert isinstance(value, Sound)
    sound = value.load()
    bands = np.log10(np.maximum(mel_power(sound), QUIET))
    seconds = len(sound.samples) / sound.rate
    return np.concatenate([bands.mean(0), bands.std(0), [np.log(max(seconds, 1e-3))]])


def mel_power(sound: Waveform) -> np.ndarray:
    """Return the power of each window in each band, float64 [windows, 64]; a last, incomplete window is padded."""
    samples = resample(sound, RATE)
    count = max(1, -(-max(0, len(samples) - WINDOW) // HOP) + 1)
    padded = np.pad(samples, (0, max(0, (count - 1) * HOP + WINDOW - len(samples))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count] * np.hanning(WINDOW)
    power: np.ndarray = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    return power @ _filters()


@cache
def _filters() -> np.ndarray:
    """Return the triangular filters, float64 [201, 64]."""
    from transformers.audio_utils import mel_filter_bank

    bins = WINDOW // 2 + 1
    return np.asarray(mel_filter_bank(bins, BANDS, 0.0, RATE / 2, RATE, norm="slaney", mel_scale="slaney"))
