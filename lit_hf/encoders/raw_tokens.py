"""The raw-input arm for words: hashed word, neighbours, beginnings and endings; no network, no corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input
from lit_hf.errors import BadSetting
from lit_hf.runtime.inputs import Words

WIDTH = 2_048
VERSION = 1
AFFIXES = (1, 2, 3)


class RawWords(Encoder):
    """Signed counts of hashed features of a window of three words, rows of length 1.

    Features: the word and its lower case, its first and last one to three letters, its shape (capital, digit, sign),
    whether it opens the sentence, and the lower case and last two letters of the words before and after it.
    """

    stored: ClassVar[bool] = True

    @property
    def key(self) -> Mapping[str, Any]:
        import sklearn

        return {"kind": "raw words", "version": VERSION, "width": WIDTH, "engine": {"sklearn": sklearn.__version__}}

    @property
    def info(self) -> EncoderInfo:
        return EncoderInfo(
            id="hashed word windows", revision=None, kind="raw input", architecture="words in windows, hashed",
            parameters=0, dim=WIDTH, layer=None, pooling=None, prompt="", max_tokens=None, padding_side=None,
            dtype="float32",
        )  # fmt: skip

    @property
    def dim(self) -> int:
        return WIDTH

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return a row for each word of the sentences."""
        from sklearn.feature_extraction import FeatureHasher

        hasher = FeatureHasher(WIDTH, input_type="string")
        sentences = [value.words for value in inputs if isinstance(value, Words)]
        counts = hasher.transform(describe(words, place) for words in sentences for place in range(len(words)))
        rows = np.asarray(counts.toarray(), dtype=np.float32)
        return Encoded(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), 0)

    def twin(self, seed: int) -> Encoder:
        """Raise: there are no weights to draw afresh."""
        raise BadSetting("model", "raw input", "a model with weights; the raw input has no random twin")


def describe(words: Sequence[str], place: int) -> list[str]:
    """Return the features of one word in its sentence."""
    word, low = words[place], words[place].lower()
    before = words[place - 1].lower() if place else "<"
    after = words[place + 1].lower() if place + 1 < len(words) else ">"
    shape = f"{word[:1].isupper()} {word.isupper()} {any(map(str.isdigit, word))} {not word.isalnum()} {place == 0}"
    own = [f"word {word}", f"low {low}", f"shape {shape}"]
    own += [f"{side}{size} {part}" for size in AFFIXES for side, part in (("a", low[:size]), ("z", low[-size:]))]
    return [*own, f"before {before}", f"before z {before[-2:]}", f"after {after}", f"after z {after[-2:]}"]
