"""Texts to token ids, once per shard, unpadded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.encoders.contract import Text
from lit_hf.errors import BadSetting
from lit_hf.runtime.inputs import Words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Tokens:
    """Token ids of each input, the segment ids that go with pairs (or None), and how many inputs were cut."""

    ids: list[list[int]]
    segments: list[list[int]] | None
    truncated: int
    words: list[list[int]] | None = None
    """Of each word, the place of its first sub-token; -1 when it has none, as beyond the limit."""

    def digests(self) -> np.ndarray:
        """Return uint64 [n]: a digest of each input's token ids and segments, which are all that a network gets."""
        segments = self.segments or [[]] * len(self.ids)
        return digests_of(zip(self.ids, segments, strict=True))


def digests_of(parts: Iterable[tuple[Sequence[int], Sequence[int]]]) -> np.ndarray:
    """Return uint64 [n] over pairs of sequences of whole numbers."""
    found = [_digest(np.array([len(ids), *ids, *segments], dtype="<i8").tobytes()) for ids, segments in parts]
    return np.frombuffer(b"".join(found), dtype="<u8").astype(np.uint64)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def tokenize(
    tokenizer: PreTrainedTokenizerBase, inputs: Sequence[Text], prompt: str, max_tokens: int, lower_case: bool
) -> Tokens:
    """Encode texts, or pairs by the tokeniser's own pair encoding; the prompt goes before the (first) text."""
    first = [prompt + (value if isinstance(value, str) else value[0]) for value in inputs]
    second = [value[1] for value in inputs if not isinstance(value, str)] or None
    if lower_case:
        first, second = [text.lower() for text in first], second and [text.lower() for text in second]
    encoded = tokenizer(first, second, truncation=True, max_length=max_tokens, padding=False)
    ids = [each or [_filler(tokenizer)] for each in encoded["input_ids"]]
    segments = encoded.get("token_type_ids")
    return Tokens(ids, segments, _count_truncated(encoded, first, second, max_tokens, tokenizer))


def tokenize_words(
    tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Words], max_tokens: int, lower_case: bool
) -> Tokens:
    """Encode sentences, words joined by spaces, and find each word's first sub-token by its characters.

    That needs no pre-tokeniser that knows of words, so byte-level tokenisers give the tokens of the running text.
    Raises `BadSetting` for a tokeniser written in Python, which does not say where its tokens stand.
    """
    if not tokenizer.is_fast:
        raise BadSetting("task", "token-classification", "another one: this tokeniser gives no character offsets")
    split = [[word.lower() if lower_case else word for word in each.words] for each in sentences]
    texts = [" ".join(words) for words in split]
    encoded = tokenizer(
        texts, truncation=True, max_length=max_tokens, padding=False, return_offsets_mapping=True
    )  # fmt: skip
    ids = [each or [_filler(tokenizer)] for each in encoded["input_ids"]]
    first = [_first(words, spans) for words, spans in zip(split, encoded["offset_mapping"], strict=True)]
    cut = _count_truncated(encoded, texts, None, max_tokens, tokenizer)
    return Tokens(ids, encoded.get("token_type_ids"), cut, first)


def _first(words: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each word the first token whose characters reach into it; special tokens have none."""
    found, begin, token = list[int](), 0, 0
    for word in words:
        while token < len(spans) and spans[token][1] <= begin:
            token += 1
        inside = token < len(spans) and spans[token][0] < begin + len(word)
        found.append(token if inside else -1)
        begin += len(word) + 1
    return found


def _count_truncated(
    encoded: Any, first: list[str], second: list[str] | None, max_tokens: int, tokenizer: PreTrainedTokenizerBase
) -> int:
    """Count the inputs that lost tokens; only those that fill the limit can have."""
    full = [index for index, each in enumerate(encoded["input_ids"]) if len(each) >= max_tokens]
    if encoded.encodings is not None:
        return sum(bool(encoded.encodings[index].overflowing) for index in full)
    whole = [tokenizer(first[index], second and second[index])["input_ids"] for index in full]
    return sum(len(each) > max_tokens for each in whole)


def _filler(tokenizer: PreTrainedTokenizerBase) -> int:
    """Return a token for a text that has none (a tokeniser without special tokens may drop all its characters)."""
    known = (tokenizer.eos_token_id, tokenizer.bos_token_id, tokenizer.unk_token_id, tokenizer.pad_token_id)
    return next((token for token in known if token is not None), 0)
