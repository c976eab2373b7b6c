"""How a checkpoint wants to be used: its chain of modules, prompt, truncation, read from its own files.

Every field notes where it came from. The user's choice comes first, then the sentence-transformers files, then the
model's README (only for a prompt that it demands), then the tokeniser and configuration, then a stated default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lit_hf.encoders.chain import files
from lit_hf.encoders.chain.arrange import Arranged, Head, Piece, arrange, check_fixed
from lit_hf.encoders.chain.listing import MODULES, Listed, Listing, list_modules
from lit_hf.encoders.chain.pooled import read_pooling
from lit_hf.encoders.chain.prompts import CONFIG, Prompts, read_prompts
from lit_hf.encoders.chain.stages import Normalize, read_dense, read_layer_norm, reads
from lit_hf.encoders.chain.transformer import TransformerFiles, read_transformer

STATIC_TYPE = "model2vec"


@dataclass(frozen=True)
class Declared:
    """What the files of a folder, or a loaded object, say; None where they say nothing."""

    weights: Path
    """The folder of the transformer itself, or of the table of a static embedding."""
    prompts: Prompts = field(default_factory=Prompts)
    pooling: str | None = None
    """Modes joined by "+"."""
    include_prompt: bool = True
    head: Head = field(default_factory=Head)
    head_weights: tuple[Any, ...] = ()
    """Of each stage of the head: its folder, or the loaded module."""
    truncate_dim: int | None = None
    lower_case: bool = False
    max_tokens: int | None = None
    static: bool = False
    """Whether the first module is a table of a vector for each token."""
    projected: bool = False
    """Whether the first module gives the projected output of a tower, as a CLIP folder of the library does."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each of these came from, and what else a reader should know."""


def read_declared(folder: Path, name: str, route: str | None = None) -> Declared:
    """Read a checkpoint's folder, with or without sentence-transformers files.

    Raises `UnsupportedModel` for a module that lit-hf does not read: to leave one out misranks the checkpoint.
    """
    listing = list_modules(folder, name, route)
    config = _sentence_config(folder, name)
    prompts = read_prompts(folder, route, name)
    if not listing.modules:
        static = files.read_mapping(folder / "config.json", name).get("model_type") == STATIC_TYPE
        plain = read_transformer(folder, False, route, name)
        return _declare(plain, None, prompts, config, listing, static)
    first = listing.modules[0]
    transformer = (
        TransformerFiles(first.folder) if first.kind == "StaticEmbedding"
        else read_transformer(first.folder, first.kind == "CLIPModel", route, name)
    )  # fmt: skip
    states = first.kind == "Transformer" and not transformer.projected
    chain = arrange([_piece(module, name) for module in listing.modules], states, name)
    if not states:
        check_fixed(chain.head, name)
    return _declare(transformer, chain, prompts, config, listing, first.kind == "StaticEmbedding")


def _declare(
    transformer: TransformerFiles, chain: Arranged | None, prompts: Prompts, config: Mapping[str, Any],
    listing: Listing, static: bool,
) -> Declared:  # fmt: skip
    pooled = chain.pooled if chain else None
    sources = {
        "pooling": next((each.where for each in listing.modules if each.kind == "Pooling"), ""),
        "max_tokens": transformer.source, "prompt": prompts.source, "normalize": MODULES,
        **said(chain.head if chain else Head(), config.get("similarity_fn_name"), listing.route),
    }  # fmt: skip
    return Declared(
        weights=transformer.folder, prompts=prompts, pooling=pooled.modes if pooled else None,
        include_prompt=pooled is None or pooled.include_prompt, head=chain.head if chain else Head(),
        head_weights=chain.weights if chain else (), truncate_dim=config.get("truncate_dim"),
        lower_case=transformer.lower_case, max_tokens=transformer.max_tokens, static=static,
        projected=transformer.projected, sources=sources,
    )  # fmt: skip


def said(head: Head, similarity: Any, route: tuple[str, str] | None) -> dict[str, str]:
    """Return what a reader should know besides: the modules, the route, and why a similarity is not looked at."""
    found = {} if route is None else {"route": f"{route[0]}, {route[1]}"}
    if head and not all(isinstance(stage, Normalize) for stage in (*head.tokens, *head.after)):
        found["modules"] = head.names
    if similarity:
        found["similarity"] = f"{similarity}, ignored: it compares two embeddings, and features are read one by one"
    return found


def _piece(module: Listed, name: str) -> Piece:
    """Return a module as the chain is arranged from it; Dropout does nothing outside training."""
    kind, where = module.kind, module.where
    config = {} if kind in ("Transformer", "CLIPModel") else files.read_mapping(module.folder / "config.json", name)
    if kind == "Pooling":
        return Piece(kind, pooled=read_pooling(config, where, name))
    if kind == "Dense":
        dense, source = read_dense(config, where, name)
        return Piece(kind, dense, source, weights=module.folder)
    if kind == "LayerNorm":
        return Piece(kind, read_layer_norm(config, where, name), weights=module.folder)
    if kind == "Normalize":
        return Piece(kind, Normalize(), reads(config, where, name), weights=module.folder)
    return Piece(kind)


def _sentence_config(folder: Path, name: str) -> dict[str, Any]:
    """Return the configuration of the whole chain; raise `UnsupportedModel` for what gives no one vector a text."""
    config = files.read_mapping(folder / CONFIG, name)
    kind = config.get("model_type") or "SentenceTransformer"
    if kind != "SentenceTransformer" and (folder / MODULES).is_file():
        raise files.not_read(name, f"{CONFIG} says that it is a {kind}, which gives no one vector for a text")
    config["truncate_dim"] = files.count(config, "truncate_dim", CONFIG, name)
    return config
