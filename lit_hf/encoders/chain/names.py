"""Which classes are the library's own modules: full dotted names, so that nobody's `my_pooling.Pooling` is one."""

from __future__ import annotations

_FILES = {
    "Transformer": "transformer", "StaticEmbedding": "static_embedding", "Pooling": "pooling", "Dense": "dense",
    "LayerNorm": "layer_norm", "Normalize": "normalize", "Dropout": "dropout", "Router": "router", "Asym": "router",
    "CLIPModel": "clip_model",
}  # fmt: skip
"""Stock modules, and the file that the library keeps each in."""
_HOMES = (
    "sentence_transformers.models", "sentence_transformers.base.modules",
    "sentence_transformers.sentence_transformer.modules",
)  # fmt: skip
"""Where they lived in versions 0 to 5, and where they live now."""
_STOCK = {
    f"{home}.{middle}{kind}": kind for kind, file in _FILES.items() for home in _HOMES
    for middle in ("", f"{file}.", f"{kind}.")
}  # fmt: skip


def stock_kind(dotted: str) -> str | None:
    """Return the short name of a module of sentence-transformers' own that lit-hf reads, else None."""
    return _STOCK.get(dotted)


def class_name(thing: object) -> str:
    """Return the full dotted name of the class of a loaded module."""
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
