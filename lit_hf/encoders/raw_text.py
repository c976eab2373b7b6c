"""The raw-input arm for text: hashed TF-IDF of words and word pairs, coded by the same bank as the encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, EncodingPass, Input, Text, texts_of
from lit_hf.encoders.raw_media import raw_image, raw_sound
from lit_hf.encoders.raw_tokens import RawWords
from lit_hf.errors import BadSetting

WIDTH = 2_048
VERSION = 1


class RawText(Encoder):
    """Hashed TF-IDF of words and bigrams: sign and bucket by hash, 1 + log of the count, smoothed idf, length 1.

    Document frequencies come from the stream up to and including the current shard: inputs may be known in advance,
    later ones are not used. In a pair, words carry their side, and a word on both sides is one more feature.
    """

    stateful: ClassVar[bool] = True

    def __init__(self, width: int = WIDTH) -> None:
        self._width = width

    @property
    def key(self) -> Mapping[str, Any]:
        import sklearn

        return {
            "kind": "raw text",
            "version": VERSION,
            "width": self._width,
            "engine": {"sklearn": sklearn.__version__},
        }

    @property
    def info(self) -> EncoderInfo:
        return EncoderInfo(
            id="hashed TF-IDF", revision=None, kind="raw input", architecture="words and bigrams, hashed", parameters=0,
            dim=self._width, layer=None, pooling=None, prompt="", max_tokens=None, padding_side=None, dtype="float32",
            sources={"idf": "inputs up to and including the current shard, known in advance of their labels"},
        )  # fmt: skip

    @property
    def dim(self) -> int:
        return self._width

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of a stream's first shard."""
        return self.walk().encode(inputs)

    def twin(self, seed: int) -> Encoder:
        """Raise: there are no weights to draw afresh."""
        raise BadSetting("model", "raw input", "a model with weights; the raw input has no random twin")

    def walk(self) -> EncodingPass:
        return _RawWalk(self._width)


class _RawWalk:
    """Carries the document frequencies; a shard that is skipped is counted only when a later one needs it."""

    def __init__(self, width: int) -> None:
        self._width, self._seen, self._pending = width, 0, list[Sequence[Input]]()
        self._frequency = np.zeros(width, dtype=np.int64)

    def skip(self, inputs: Sequence[Input]) -> None:
        self._pending.append(inputs)

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        for skipped in self._pending:
            self._learn(hash_counts(skipped, self._width))
        self._pending.clear()
        counts = hash_counts(inputs, self._width)
        self._learn(counts)
        weight = np.log((1 + self._seen) / (1 + self._frequency)) + 1
        rows = np.sign(counts) * (1 + np.log(np.maximum(np.abs(counts), 1))) * weight
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return Encoded((rows / np.where(norms > 0, norms, 1)).astype(np.float32), 0)

    def _learn(self, counts: np.ndarray) -> None:
        self._seen += len(counts)
        self._frequency += np.count_nonzero(counts, axis=0)


def hash_counts(inputs: Sequence[Input], width: int) -> np.ndarray:
    """Return signed counts of hashed words and bigrams, float64 [n, width]."""
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b").build_analyzer()
    hasher = HashingVectorizer(n_features=width, norm=None, analyzer=lambda value: _terms(value, words))
    return np.asarray(hasher.transform(texts_of(inputs)).toarray(), dtype=np.float64)


def _terms(value: Text, words: Any) -> list[str]:
    if isinstance(value, str):
        return list(words(value))
    first, second = words(value[0]), words(value[1])
    shared = sorted(set(first) & set(second))
    return [f"1 {term}" for term in first] + [f"2 {term}" for term in second] + [f"12 {term}" for term in shared]


def raw_input(kind: str) -> Encoder | None:
    """Return the raw-input encoder of a kind of task; None when nothing but features is known of the inputs."""
    if kind == "features":
        return None
    if kind == "token-classification":
        return RawWords()
    if kind == "image-classification":
        return raw_image()
    if kind == "audio-classification":
        return raw_sound()
    if kind in ("text-classification", "text-pair-classification"):
        return RawText()
    raise BadSetting("task", kind, "a kind of task with a raw-input arm")
