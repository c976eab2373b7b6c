"""The encoder of a loaded SentenceTransformer whose first module is a table of token vectors."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.encoders.chain.arrange import settle
from lit_hf.encoders.content import state_hash
from lit_hf.encoders.recipe import Declared
from lit_hf.encoders.resolve import Choices, resolve_prompt, said_of
from lit_hf.encoders.static import (
    Reading,
    StaticEncoder,
    Table,
    check_choices,
    describe_static,
    make_key,
    make_reading,
)
from lit_hf.runtime.cache import digest_of


@dataclass(frozen=True)
class LoadedTable:
    """A StaticEmbedding `module` of sentence-transformers, and what stands around it."""

    module: Any
    declared: Declared


def wrap_table(loaded: LoadedTable, choices: Choices, name: str | None) -> StaticEncoder:
    """Return the encoder of a copy of the table; raise `BadSetting` for another layer or pooling."""
    from lit_hf.encoders.chain.weights import share_head

    check_choices(choices)
    module, declared, called = loaded.module, loaded.declared, name or "this SentenceTransformer"
    vectors = np.array(module.embedding.weight.detach().cpu().float().numpy())
    head, normalize = settle(declared.head, declared.head.width(vectors.shape[1], 1, called), declared.truncate_dim)
    prompt, source = resolve_prompt(choices.prompt, declared)
    stated = Reading(copy.deepcopy(module.tokenizer), prompt, None, None, normalize, vectors.shape[1], head)
    reading = make_reading(stated, choices.max_tokens, len(vectors), called)
    shared = share_head(head, declared.head_weights) if head else None
    weights = state_hash(module) if shared is None else digest_of([state_hash(module), state_hash(shared)])
    limit = "the checkpoint names none" if choices.max_tokens is None else "the settings"
    sources = {"pooling": "static embeddings", "prompt": source, "max_tokens": limit, **said_of(declared)}
    info = describe_static(
        name or f"StaticEmbedding in memory, weights {weights[:12]}", None, reading, vectors.shape, sources
    )
    frozen = None if shared is None else copy.deepcopy(shared).float().eval()
    return StaticEncoder(
        reading, make_key(reading, weights), info, lambda: Table(vectors, None, None),
        None if frozen is None else lambda: frozen,
    )  # fmt: skip
