"""The door to encoders: a model's name, or loaded objects, to an `Encoder`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.batching import default_batch_tokens
from lit_hf.encoders.checkpoint import (
    Policy,
    find_checkpoint,
    load_config,
    load_tokenizer,
    load_weights,
    weights_hash,
)
from lit_hf.encoders.contract import EncoderInfo
from lit_hf.encoders.limits import resolve_max_tokens
from lit_hf.encoders.recipe import Declared, read_declared
from lit_hf.encoders.text import Pipeline, TextEncoder, place_model
from lit_hf.encoders.tokenizing import tokenizer_hash
from lit_hf.encoders.twin import normalise_config
from lit_hf.errors import BadSetting
from lit_hf.runtime.devices import find_place
from lit_hf.runtime.files import cache_root, digest_of
from lit_hf.runtime.threads import DEFAULT_THREADS

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

VERSION = 1
"""Raised whenever this room's code gives other floats for the same key."""


@dataclass(frozen=True)
class Choices:
    """The user's settings of an encoder, by their meaning in `lit_hf.config.Settings`."""

    layer: str = "last"
    pooling: str = "auto"
    prompt: str = "auto"
    max_tokens: int | None = None
    dtype: str = "float32"
    batch_tokens: int | None = None
    threads: int | None = None
    device: str = "auto"


def load_encoder(
    model: str, *, layer: str = "last", pooling: str = "auto", prompt: str = "auto", max_tokens: int | None = None,
    dtype: str = "float32", batch_tokens: int | None = None, threads: int | None = None, device: str = "auto",
    trust_remote_code: bool = False, allow_pickle: bool = False, cache_dir: str | None = None,
) -> TextEncoder:  # fmt: skip
    """Return the encoder of a Hub id (optionally `@revision`) or a local folder.

    Its files decide pooling, prompt, truncation and normalisation unless they are given. Weights are loaded at the
    first use. Raises what `find_checkpoint` raises, `UnsupportedModel`, and `BadSetting` for a layer that the model
    lacks.
    """
    policy = Policy(trust_remote_code, allow_pickle)
    checkpoint = find_checkpoint(model, policy)
    declared = read_declared(checkpoint.folder, checkpoint.id)
    config = load_config(checkpoint, declared.weights, policy)
    tokenizer = load_tokenizer(checkpoint, declared.weights, policy)
    choices = Choices(layer, pooling, prompt, max_tokens, dtype, batch_tokens, threads, device)
    pipeline, sources = _pipeline(choices, declared, config, tokenizer)
    code = checkpoint.revision if trust_remote_code else None
    weights = weights_hash(checkpoint, declared.weights, policy, cache_root(cache_dir))
    make = partial(load_weights, checkpoint, declared.weights, policy, pipeline.dtype)
    info = _info(checkpoint.id, checkpoint.revision, pipeline, sources, _count(config))
    return _build(pipeline, info, digest_of([weights, code]), make)


def wrap_encoder(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, name: str = "a loaded model", layer: str = "last",
    pooling: str = "auto", prompt: str = "auto", max_tokens: int | None = None, dtype: str = "float32",
    batch_tokens: int | None = None, threads: int | None = None, device: str = "auto",
) -> TextEncoder:  # fmt: skip
    """Return the encoder of loaded objects, addressed by the content of the weights; the model is moved and cast."""
    nothing = Declared(Path(), None, False, False, None, "", {}, {"prompt": "loaded objects name none"})
    choices = Choices(layer, pooling, prompt, max_tokens, dtype, batch_tokens, threads, device)
    pipeline, sources = _pipeline(choices, nothing, model.config, tokenizer)
    info = _info(name, None, pipeline, sources, model.num_parameters())
    return _build(pipeline, info, _state_hash(model), lambda: model)


def _pipeline(
    choices: Choices, declared: Declared, config: PretrainedConfig, tokenizer: PreTrainedTokenizerBase
) -> tuple[Pipeline, dict[str, str]]:
    """Resolve the user's choices and the checkpoint's declarations into one pipeline, with the source of each field."""
    place = find_place(choices.device)
    pooling, pooling_source = _resolve_pooling(choices.pooling, declared, config)
    prompt, prompt_source = _resolve_prompt(choices.prompt, declared)
    declared_in = declared.sources.get("max_tokens", "")
    limit, limit_source = resolve_max_tokens(
        choices.max_tokens, declared.max_tokens, declared_in, tokenizer.model_max_length, config
    )
    pipeline = Pipeline(
        tokenizer=tokenizer, config=config, prompt=prompt, lower_case=declared.lower_case, max_tokens=limit,
        layers=(_resolve_layer(choices.layer, config),), pooling=pooling, normalize=declared.normalize,
        dtype=_resolve_dtype(choices.dtype, config), threads=choices.threads or DEFAULT_THREADS, device=place.device,
        batch_tokens=choices.batch_tokens or default_batch_tokens(place.kind),
    )  # fmt: skip
    side = f"always right, where padding changes nothing; the tokeniser says {tokenizer.padding_side}"
    sources = {"pooling": pooling_source, "prompt": prompt_source, "max_tokens": limit_source, "padding_side": side}
    return pipeline, {**sources, **({"normalize": declared.sources["normalize"]} if declared.normalize else {})}


def _build(pipeline: Pipeline, info: EncoderInfo, weights: str, make: Callable[[], nn.Module]) -> TextEncoder:
    key = _key(pipeline, weights)
    return TextEncoder(pipeline, key, info, lambda: place_model(make(), pipeline.dtype, pipeline.device))


def _key(pipeline: Pipeline, weights: str) -> dict[str, Any]:
    """Return the address of the features; libraries and the processor's instruction set change floats too."""
    import torch
    import transformers

    kind = pipeline.device.partition(":")[0]
    capability = torch.backends.cpu.get_cpu_capability() if kind == "cpu" else kind
    return {
        "kind": "text", "version": VERSION, "weights": weights, "config": digest_of(normalise_config(pipeline.config)),
        "tokeniser": tokenizer_hash(pipeline.tokenizer), "prompt": pipeline.prompt, "lower_case": pipeline.lower_case,
        "max_tokens": pipeline.max_tokens, "layers": list(pipeline.layers), "pooling": pipeline.pooling,
        "normalize": pipeline.normalize, "dtype": pipeline.dtype, "batch_tokens": pipeline.batch_tokens,
        "threads": pipeline.threads, "device": kind,
        "engine": {"torch": torch.__version__, "transformers": transformers.__version__, "capability": capability},
    }  # fmt: skip


def _info(name: str, revision: str | None, pipeline: Pipeline, sources: dict[str, str], parameters: int) -> EncoderInfo:
    return EncoderInfo(
        id=name, revision=revision, kind="checkpoint", architecture=_architecture(pipeline.config),
        parameters=parameters, dim=_width(pipeline.config) * len(pipeline.layers), layer=pipeline.layers[0],
        pooling=pipeline.pooling, prompt=pipeline.prompt, max_tokens=pipeline.max_tokens, padding_side="right",
        dtype=pipeline.dtype, sources=sources,
    )  # fmt: skip


def _resolve_pooling(asked: str, declared: Declared, config: PretrainedConfig) -> tuple[str, str]:
    from lit_hf.encoders.pooling import POOLINGS

    if asked != "auto":
        if asked not in POOLINGS:
            raise BadSetting("pooling", asked, f"one of auto, {', '.join(POOLINGS)}")
        return asked, "the settings"
    if declared.pooling is not None:
        return declared.pooling, declared.sources["pooling"]
    if _is_causal(config):
        return "last", "the default of decoder-only models: only the last token has seen the whole text"
    return "mean", "the default: the checkpoint's files name no pooling"


def _resolve_prompt(asked: str, declared: Declared) -> tuple[str, str]:
    """Return the prompt: what the files say for "auto", else the files' prompt of this name, else the text itself."""
    if asked == "auto":
        return declared.prompt, declared.sources["prompt"]
    if asked in declared.prompts:
        return declared.prompts[asked], f"the settings, which name the checkpoint's prompt {asked!r}"
    return asked, "the settings"


def _resolve_layer(asked: str, config: PretrainedConfig) -> int:
    top = int(config.num_hidden_layers)
    layer = top if asked == "last" else int(asked)
    layer = layer + top + 1 if layer < 0 else layer
    if not 0 <= layer <= top:
        raise BadSetting("layer", asked, f"`last` or a whole number from 0 to {top}")
    return layer


def _resolve_dtype(asked: str, config: PretrainedConfig) -> str:
    """Return the name of a torch dtype; "auto" is the one that the checkpoint was saved in."""
    saved = str(getattr(config, "dtype", None) or "float32").removeprefix("torch.")
    return saved if asked == "auto" else asked


def _is_causal(config: PretrainedConfig) -> bool:
    """True for decoder-only architectures: transformers has a causal head for them and no masked one."""
    from transformers.models.auto import modeling_auto as auto

    causal, masked = auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return config.model_type in causal and config.model_type not in masked and not config.is_encoder_decoder


def _architecture(config: PretrainedConfig) -> str:
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    found = MODEL_MAPPING_NAMES.get(config.model_type) or (config.architectures or [config.model_type])[0]
    return found if isinstance(found, str) else found[0]


def _width(config: PretrainedConfig) -> int:
    """Return the length of a hidden state: a few decoders project it back to the width of their word embeddings."""
    return int(getattr(config, "word_embed_proj_dim", None) or config.hidden_size)


def _count(config: PretrainedConfig) -> int:
    """Return the number of parameters without allocating any."""
    import torch
    from transformers import AutoModel

    with torch.device("meta"):
        return sum(parameter.numel() for parameter in AutoModel.from_config(config).parameters())


def _state_hash(model: PreTrainedModel) -> str:
    """Return a hash of the content of all weights."""
    import hashlib

    import torch

    found = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        found.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()
