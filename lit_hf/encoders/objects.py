"""Encoders of objects that the caller has loaded: a transformers model with its tokeniser, or a SentenceTransformer."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from lit_hf.encoders.load import build, describe, make_key
from lit_hf.encoders.recipe import POOLING_MODES, Declared
from lit_hf.encoders.resolve import DEFAULTS, FIRST_TOKEN, Choices, resolve_pipeline
from lit_hf.encoders.text import TextEncoder, text_body
from lit_hf.errors import UnsupportedModel, UsageError

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_SENTENCE_MODULES = ("Transformer", "Pooling", "Normalize")


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


def wrap_encoder(
    model: Any, tokenizer: Any = None, choices: Choices = DEFAULTS, *, name: str | None = None, unit: str = "example"
) -> TextEncoder:
    """Return the encoder of a transformers `model` with its `tokenizer`, or of a SentenceTransformer.

    A copy is embedded with, so the caller's object stays as it is; its features are addressed by the content of its
    weights. Raises `UsageError` without a tokeniser, `UnsupportedModel` for modules that would be left out.
    """
    loaded = unpack(model, tokenizer)
    choices = replace(choices, spread=False)
    if unit == "token":
        choices = replace(choices, pooling=FIRST_TOKEN, prompt="")
    pipeline, sources = resolve_pipeline(choices, loaded.declared, loaded.model.config, loaded.tokenizer)
    weights = _state_hash(loaded.model.base_model)
    called = name or f"{_name(loaded.model)} in memory, weights {weights[:12]}"
    info = describe(called, None, pipeline, sources, loaded.model.base_model.num_parameters())
    return build(pipeline, info, weights, lambda: copy.deepcopy(loaded.model.base_model))


def live_encoder(model: Any, tokenizer: Any = None, choices: Choices = DEFAULTS) -> LiveEncoder:
    """Return the encoder of a model as it stands, on its own device, whatever is chosen; use it inside `evaluating`.

    Its twins are fresh models of their own, on the same device, float32. Raises what `wrap_encoder` raises.
    """
    loaded = unpack(model, tokenizer)
    choices = replace(choices, dtype="auto", threads=None, device=str(loaded.model.device), spread=False)
    pipeline, sources = resolve_pipeline(choices, loaded.declared, loaded.model.config, loaded.tokenizer)
    pipeline = replace(pipeline, dtype="float32")
    body = loaded.model.base_model
    info = describe(f"{_name(loaded.model)} in memory", None, pipeline, sources, body.num_parameters())
    return LiveEncoder(pipeline, make_key(pipeline, "as they stand"), info, lambda: text_body(body))


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Put every module of `model` into evaluation mode inside the block; afterwards each is as it was."""
    before = {module: module.training for module in model.modules()}
    try:
        model.eval()
        yield
    finally:
        for module, training in before.items():
            module.training = training


def unpack(model: Any, tokenizer: Any = None) -> Loaded:
    """Return the parts of a transformers model, or of a SentenceTransformer; raise as `wrap_encoder` says."""
    model = model.get_base_model() if hasattr(model, "get_base_model") else model  # peft: its layers are inside
    if hasattr(model, "base_model") and hasattr(model, "config"):
        if tokenizer is None:
            raise UsageError("a loaded model needs its tokeniser.", "Give it: `tokenizer=AutoTokenizer...`.")
        nothing = Declared(Path(), None, False, False, None, "", {}, {"prompt": "loaded objects name none"})
        return Loaded(model, tokenizer, nothing)
    if hasattr(model, "prompts") and hasattr(model, "max_seq_length"):
        return _sentence_transformer(model)
    raise UnsupportedModel(type(model).__name__, "it is neither a transformers model nor a SentenceTransformer")


def _sentence_transformer(model: Any) -> Loaded:
    modules = {type(module).__name__: module for module in model}
    strange = [name for name in modules if name not in _SENTENCE_MODULES]
    if strange or "Transformer" not in modules:
        raise UnsupportedModel("this SentenceTransformer", f"its modules are {', '.join(modules)}")
    body, pooling = modules["Transformer"], modules.get("Pooling")
    mode = None if pooling is None else POOLING_MODES.get(str(pooling.pooling_mode))
    if pooling is not None and (mode is None or not pooling.include_prompt):
        raise UnsupportedModel("this SentenceTransformer", f"its pooling is {pooling.pooling_mode}")
    prompts, default = dict(model.prompts or {}), model.default_prompt_name
    says = "the SentenceTransformer"
    declared = Declared(
        weights=Path(), pooling=mode, normalize="Normalize" in modules, lower_case=bool(body.do_lower_case),
        max_tokens=model.max_seq_length, prompt=prompts.get(default, "") if default else "", prompts=prompts,
        sources=dict.fromkeys(("pooling", "max_tokens", "prompt", "normalize"), says),
    )  # fmt: skip
    return Loaded(body.auto_model, body.tokenizer, declared)


def _name(model: PreTrainedModel) -> str:
    """Return the last part of the name that the model was loaded under, else its architecture."""
    return Path(str(getattr(model, "name_or_path", "") or "")).name or type(model).__name__


def _state_hash(model: nn.Module) -> str:
    """Return a hash of the content of all weights."""
    import hashlib

    import torch

    found = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        found.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()
