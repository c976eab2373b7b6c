"""Whether a tokeniser knows the words that it is given: an empty one, and the share of unknown tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lit_hf.errors import UnsupportedModel, warn

WARNED, REFUSED = 0.02, 0.5
"""Shares of unknown tokens: above the first one a warning, above the second one the features say nothing of texts."""
_SAME_ROLES = ("eos_token_id", "bos_token_id", "cls_token_id", "sep_token_id", "pad_token_id")


@dataclass(frozen=True)
class Known:
    """Of the tokens of some inputs, special ones left out: how many there are, and how many stand for the unknown.

    `unknown` is None where the tokeniser has no such token.
    """

    tokens: int
    unknown: int | None


def check_not_empty(tokenizer: Any, name: str) -> None:
    """Raise `UnsupportedModel` for a tokeniser without words of its own, which transformers makes where files lack.

    Some such classes bring one piece with them, so one word is no vocabulary.
    """
    if not hasattr(tokenizer, "get_vocab") or not hasattr(tokenizer, "all_special_tokens"):
        raise UnsupportedModel(name, f"its tokeniser, a {type(tokenizer).__name__}, is not one for single texts")
    special = {*tokenizer.all_special_tokens, *getattr(tokenizer, "added_tokens_encoder", {})}
    words = sum(token not in special for token in tokenizer.get_vocab())
    if words > 1:
        return
    what = f"its tokeniser, a {type(tokenizer).__name__}, has no words: the checkpoint's folder has no files of one"
    step = "Put the files of its tokeniser beside it (tokenizer.json, or vocab.txt, ...): `tokenizer.save_pretrained`."
    raise UnsupportedModel(name, what, step)


def check_limit(tokenizer: Any, name: str) -> None:
    """Raise `UnsupportedModel` when the tokeniser's limit is no number of tokens."""
    limit = tokenizer.model_max_length
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit >= 1:
        raise UnsupportedModel(name, f"its tokenizer_config.json has model_max_length = {limit!r}, no number of tokens")


def unknown_token(tokenizer: Any) -> int | None:
    """Return the number of the token for unknown words, None where there is none of its own."""
    unknown: int | None = getattr(tokenizer, "unk_token_id", None)
    return None if unknown in {getattr(tokenizer, role, None) for role in _SAME_ROLES} else unknown


def count_known(ids: Iterable[Sequence[int]], unknown: int | None, special: Iterable[int]) -> Known:
    """Count the tokens that are not `special`, and the unknown ones among them."""
    left_out = set(special) - {unknown}
    kept = [token for each in ids for token in each if token not in left_out]
    return Known(len(kept), None if unknown is None else kept.count(unknown))


def judge_known(found: Known, inputs: int, name: str) -> dict[str, str]:
    """Return what the record says of unknown tokens; warn of many, raise `UnsupportedModel` for most."""
    if found.unknown is None:
        return {"unknown_tokens": "the tokeniser has no token for unknown words"}
    share = found.unknown / max(found.tokens, 1)
    said = f"{share:.2%} of the tokens of the first {inputs:,} inputs"
    step = "Is it the checkpoint's own tokeniser, and for texts of this language and script?"
    if share > REFUSED:
        raise UnsupportedModel(name, f"{said} are unknown to its tokeniser", step)
    if share > WARNED:
        warn(f"{said} are unknown to the tokeniser of {name}. {step}")
    return {"unknown_tokens": said}
