"""How many tokens a checkpoint can read."""

from __future__ import annotations

from typing import Any

NO_LIMIT = 10**9
"""Tokenisers without a limit carry 1e30 as `model_max_length`."""
FALLBACK = 512
_OFFSET_POSITIONS = {
    "roberta", "xlm-roberta", "xlm-roberta-xl", "roberta-prelayernorm", "camembert", "mpnet", "longformer", "esm",
    "xmod", "ibert", "data2vec-text", "luke", "markuplm", "bigbird_pegasus_roberta",
}  # fmt: skip
"""Architectures whose positions begin after the padding index, so that many of their positions are never used."""


def resolve_max_tokens(
    asked: int | None, declared: int | None, declared_in: str, tokenizer_limit: int | None, config: Any
) -> tuple[int, str]:
    """Return (the limit, where it came from): the smallest that anything states; the user may only lower it."""
    stated = [
        (asked, "the settings"),
        (declared, declared_in),
        (tokenizer_limit if tokenizer_limit and tokenizer_limit < NO_LIMIT else None, "tokenizer_config.json"),
        (_positions(config), "config.json"),
    ]
    found = [(limit, source) for limit, source in stated if limit is not None]
    if not found:
        return FALLBACK, "the default: the checkpoint's files name no limit"
    return min(found, key=lambda pair: pair[0])


def _positions(config: Any) -> int | None:
    """Return how many positions the embedding table has room for."""
    limit = getattr(config, "max_position_embeddings", None)
    if not isinstance(limit, int) or limit < 1:
        return None
    used = (config.pad_token_id or 0) + 1 if config.model_type in _OFFSET_POSITIONS else 0
    return limit - used
