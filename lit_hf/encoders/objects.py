"""Encoders of objects that the caller has loaded: a transformers model with its tokeniser, or a SentenceTransformer."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from lit_hf.encoders.body_size import size_of_body
from lit_hf.encoders.chain.arrange import Head, arrange, check_fixed
from lit_hf.encoders.chain.loaded import pieces_of
from lit_hf.encoders.chain.prompts import Prompts, choose_prompt
from lit_hf.encoders.content import state_hash
from lit_hf.encoders.load import build, describe, make_key
from lit_hf.encoders.recipe import Declared, said
from lit_hf.encoders.remote import own_class, without_code
from lit_hf.encoders.resolve import DEFAULTS, FIRST_TOKEN, Choices, resolve_pipeline
from lit_hf.encoders.state import State
from lit_hf.encoders.static import StaticEncoder
from lit_hf.encoders.table import LoadedTable, wrap_table
from lit_hf.encoders.text import Pipeline, TextEncoder, read_body
from lit_hf.encoders.towers import check_reads_text, check_vocabulary, text_body
from lit_hf.errors import BadSetting, UnsupportedModel, UsageError
from lit_hf.runtime.cache import digest_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from lit_hf.encoders.chain.weights import HeadNet


@dataclass(frozen=True)
class Loaded:
    """What a caller's object consists of: the network, its tokeniser, and how it wants to be read."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    declared: Declared


class LiveEncoder(TextEncoder):
    """A model as it stands, in training perhaps: neither copied, moved, cast nor stored; see `evaluating`."""

    stored: ClassVar[bool] = False

    def no_gradients(self) -> AbstractContextManager[Any]:
        """Return a context without gradients; tensors that the model keeps must not become inference tensors."""
        import torch

        return torch.no_grad()

    def as_computed(self) -> LiveEncoder:
        """Return the same encoder, which says the type that the model really computes in: its twins' is float32."""
        dtype = str(next(self._model.parameters()).dtype).removeprefix("torch.")
        return LiveEncoder(
            replace(self._pipeline, dtype=dtype), self._key, self._info, self._make_model, self._make_head
        )  # fmt: skip


def wrap_encoder(
    model: Any, tokenizer: Any = None, choices: Choices = DEFAULTS, *, name: str | None = None, unit: str = "example"
) -> TextEncoder | StaticEncoder:
    """Return the encoder of a transformers `model` with its `tokenizer`, or of a SentenceTransformer.

    A copy is embedded with, so the caller's object stays as it is; its features are addressed by the content of its
    weights. Raises `UsageError` without a tokeniser, `UnsupportedModel` for modules that would be left out.
    """
    loaded = unpack(model, tokenizer, choices)
    choices = replace(choices, spread=False)
    if unit == "token":
        choices = replace(choices, pooling=FIRST_TOKEN, prompt="")
    if isinstance(loaded, LoadedTable):
        return wrap_table(loaded, choices, name)
    pipeline, sources = _resolve(loaded, choices)
    shared, parts = _head(pipeline.head, loaded.declared), [state_hash(loaded.model.base_model)]
    if shared is not None:
        parts.append(state_hash(shared))
    weights = parts[0] if len(parts) == 1 else digest_of(parts)
    called = name or f"{_name(loaded.model)} in memory, weights {weights[:12]}"
    info = describe(called, None, pipeline, sources, size_of_body(loaded.model.base_model))
    make_head = None if shared is None else lambda: copy.deepcopy(shared).float().eval()
    return build(pipeline, info, weights, lambda: copy.deepcopy(loaded.model.base_model), make_head)


def live_encoder(model: Any, tokenizer: Any = None, choices: Choices = DEFAULTS) -> LiveEncoder:
    """Return the encoder of a model as it stands, on its own device, whatever is chosen; use it inside `evaluating`.

    Its twins are fresh models of their own, on the same device, float32. Raises what `wrap_encoder` raises, and
    `UnsupportedModel` for a table of token vectors.
    """
    loaded = unpack(model, tokenizer, choices)
    if isinstance(loaded, LoadedTable):
        raise UnsupportedModel("this SentenceTransformer", "a static table is not followed while it learns")
    choices = replace(choices, dtype="auto", threads=None, device=str(loaded.model.device), spread=False)
    pipeline, sources = _resolve(loaded, choices)
    pipeline = replace(pipeline, dtype="float32")
    shared, body = _head(pipeline.head, loaded.declared), loaded.model.base_model
    info = describe(f"{_name(loaded.model)} in memory", None, pipeline, sources, size_of_body(body))
    key = make_key(pipeline, "as they stand")
    make_head = None if shared is None else lambda: copy.deepcopy(shared).float().eval()
    return LiveEncoder(pipeline, key, info, lambda: read_body(body, pipeline), make_head)


def _resolve(loaded: Loaded, choices: Choices) -> tuple[Pipeline, dict[str, str]]:
    """Return the pipeline of a loaded network and its sources; raise `UnsupportedModel` for one that reads no texts."""
    name = _name(loaded.model)
    body = text_body(loaded.model.base_model)
    check_reads_text(body, name)
    check_vocabulary(body, loaded.tokenizer, name)
    config, (kind, code) = without_code(loaded.model.config), own_class(loaded.model.base_model)
    pipeline, sources = resolve_pipeline(replace(choices, name=name), loaded.declared, config, loaded.tokenizer)
    return replace(pipeline, kind=kind, code=code), sources


def _head(head: Head, declared: Declared) -> HeadNet | None:
    """Return the modules around the pooling, with the weights of the loaded ones."""
    from lit_hf.encoders.chain.weights import share_head

    return share_head(head, declared.head_weights) if head else None


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Put every module of `model` into evaluation mode inside the block; afterwards each is as it was.

    So is what a module keeps of the texts that it read: BigBird exchanges its attention at a short one.
    """
    before = State.of(model)
    try:
        model.eval()
        yield
    finally:
        before.put_back()


def unpack(model: Any, tokenizer: Any = None, choices: Choices = DEFAULTS) -> Loaded | LoadedTable:
    """Return the parts of a transformers model, or of a SentenceTransformer; raise as `wrap_encoder` says."""
    route = choices.route
    if choices.loader is not None:
        raise BadSetting("loader", choices.loader, "left out: the model is loaded already")
    model = model.get_base_model() if hasattr(model, "get_base_model") else model  # peft: its layers are inside
    if hasattr(model, "base_model") and hasattr(model, "config"):
        if tokenizer is None:
            raise UsageError("a loaded model needs its tokeniser.", "Give it: `tokenizer=AutoTokenizer...`.")
        if route is not None:
            raise BadSetting("route", route, "left out: a model of transformers has no Router")
        return Loaded(model, tokenizer, Declared(Path(), Prompts(source="loaded objects name none")))
    if hasattr(model, "prompts") and hasattr(model, "max_seq_length"):
        return _sentence_transformer(model, route)
    raise UnsupportedModel(type(model).__name__, "it is neither a transformers model nor a SentenceTransformer")


def _sentence_transformer(model: Any, route: str | None) -> Loaded | LoadedTable:
    name, says = "this SentenceTransformer", "the SentenceTransformer"
    pairs, taken = pieces_of(model, route, name)
    if route is not None and taken is None:
        raise BadSetting("route", route, "left out: this SentenceTransformer has no Router")
    first = pairs[0][1]
    static, projected = pairs[0][0].kind == "StaticEmbedding", _is_projected(first)
    chain = arrange([piece for piece, _ in pairs], not static and not projected, name)
    if static or projected:
        check_fixed(chain.head, name)
    sources = {
        **dict.fromkeys(("pooling", "max_tokens", "normalize"), says),
        **said(chain.head, getattr(model, "_similarity_fn_name", None), taken),
    }
    pooled, prompts = chain.pooled, dict(model.prompts or {})
    declared = Declared(
        weights=Path(), prompts=choose_prompt(prompts, model.default_prompt_name, route, says, name),
        pooling=pooled.modes if pooled else None, include_prompt=pooled is None or pooled.include_prompt,
        head=chain.head, head_weights=chain.weights, truncate_dim=model.truncate_dim, static=static,
        lower_case=bool(getattr(first, "do_lower_case", False)), projected=projected, sources=sources,
        max_tokens=None if static else _limit(first, route),
    )  # fmt: skip
    return LoadedTable(first, declared) if static else Loaded(first.auto_model, first.tokenizer, declared)


def _is_projected(first: Any) -> bool:
    """True for a module that gives a projected vector; raise `UnsupportedModel` for outputs that are not known."""
    output = getattr(first, "module_output_name", "token_embeddings")
    if output == "sentence_embedding" and "get_text_features" in str(getattr(first, "modality_config", "")):
        return True
    if output == "token_embeddings":
        return False
    raise UnsupportedModel("this SentenceTransformer", f"its first module gives {output}")


def _limit(first: Any, route: str | None) -> int | None:
    own = getattr(first, f"{route}_length", None) if route in ("query", "document") else None
    return own or first.max_seq_length


def _name(model: PreTrainedModel) -> str:
    """Return the last part of the name that the model was loaded under, else its architecture."""
    return Path(str(getattr(model, "name_or_path", "") or "")).name or type(model).__name__
