"""The door to encoders: a model's name to an `Encoder`; `objects` is the door for loaded ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import precomputed_file
from lit_hf.encoders.adapter import CONFIG as ADAPTER_CONFIG
from lit_hf.encoders.adapter import Adapter, is_adapter
from lit_hf.encoders.checkpoint import (
    SAFE,
    Policy,
    find_checkpoint,
    load_config,
    load_tokenizer,
    load_weights,
    weights_hash,
)
from lit_hf.encoders.contract import Encoder, EncoderInfo
from lit_hf.encoders.load_media import load_media
from lit_hf.encoders.precomputed import load_brought_features
from lit_hf.encoders.recipe import read_declared
from lit_hf.encoders.resolve import DEFAULTS, Choices, resolve_pipeline
from lit_hf.encoders.static import load_static, static_file
from lit_hf.encoders.text import Pipeline, TextEncoder, place_model, text_body
from lit_hf.encoders.tokenizing import tokenizer_hash
from lit_hf.encoders.twin import normalise_config
from lit_hf.errors import BadSetting
from lit_hf.runtime.cache import cache_root, digest_of

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

VERSION = 1
"""Raised whenever this room's code gives other floats for the same key."""


def load_encoder(
    model: str, choices: Choices = DEFAULTS, policy: Policy = SAFE, *, unit: str = "example", medium: str = "text",
    cache_dir: str | None = None,
) -> Encoder:  # fmt: skip
    """Return the encoder of a Hub id (optionally `@revision`), a local folder, or `features:FILE`.

    `medium`: "text", "image" or "sound", what the inputs are.
    With the `unit` "token" a word's row is the state of its first sub-token, without prompt and pooling.
    Its files decide pooling, prompt, truncation and normalisation unless they are given. Weights are loaded at the
    first use. Raises what `find_checkpoint` raises, `UnsupportedModel`, and `BadSetting` for a layer that the model
    lacks.
    """
    if precomputed_file(model) is not None:
        return load_brought_features(model)
    choices = choices.of_words() if unit == "token" else choices
    checkpoint = find_checkpoint(model, policy)
    table, cache = static_file(checkpoint.folder), cache_root(cache_dir)
    if table is not None and medium == "text":
        return load_static(
            checkpoint, table, layer=choices.layer, pooling=choices.pooling, prompt=choices.prompt,
            max_tokens=choices.max_tokens, cache=cache,
        )  # fmt: skip
    if choices.spread and medium != "text":
        raise BadSetting("device_map", "auto", f"left out for {medium} encoders")
    if medium in ("image", "sound"):
        return load_media(checkpoint, choices, policy, cache, medium)
    if is_adapter(checkpoint.folder):
        return _load_adapter(Adapter(checkpoint, policy), choices, policy, cache)
    declared = read_declared(checkpoint.folder, checkpoint.id)
    config = load_config(checkpoint, declared.weights, policy)
    tokenizer = load_tokenizer(checkpoint, declared.weights, policy)
    pipeline, sources = resolve_pipeline(choices, declared, config, tokenizer)
    code = checkpoint.revision if policy.trust_remote_code else None
    weights = weights_hash(checkpoint, declared.weights, policy, cache)
    make = partial(load_weights, checkpoint, declared.weights, policy, pipeline.dtype, pipeline.spread)
    info = describe(checkpoint.id, checkpoint.revision, pipeline, sources, parameter_count(config))
    return build(pipeline, info, digest_of([weights, code]), make)


def _load_adapter(adapter: Adapter, choices: Choices, policy: Policy, cache: Path) -> TextEncoder:
    """Return the base with the adapter merged; sentence-transformers files and a tokeniser beside the adapter win."""
    own, base = adapter.checkpoint, adapter.base
    declared = read_declared(base.folder, base.id)
    weights, folder = declared.weights, own.folder
    if (folder / "modules.json").is_file():
        declared = read_declared(folder, own.id)
    config = load_config(base, weights, policy)
    tokenizer = load_tokenizer(own, folder if (folder / "tokenizer_config.json").is_file() else weights, policy)
    pipeline, sources = resolve_pipeline(choices, declared, config, tokenizer)
    sources["base"] = f"{adapter.named_base}, named by {ADAPTER_CONFIG}"
    info = describe(own.id, own.revision, pipeline, sources, parameter_count(config))
    code = base.revision if policy.trust_remote_code else None
    plain = weights_hash(base, weights, policy, cache)
    about = describe(adapter.named_base, base.revision, pipeline, sources, info.parameters)
    make = partial(load_weights, base, weights, policy, pipeline.dtype)
    content = digest_of([plain, adapter.sha256(cache), adapter.config, code])
    found = build(pipeline, info, content, partial(adapter.load, weights, policy, pipeline.dtype))
    return found.on(build(pipeline, about, digest_of([plain, code]), make))


def build(pipeline: Pipeline, info: EncoderInfo, weights: str, make: Callable[[], nn.Module]) -> TextEncoder:
    """Return the encoder of `weights`, a hash of the content of what `make` loads."""
    key = make_key(pipeline, weights)
    return TextEncoder(pipeline, key, info, lambda: place_model(make(), pipeline))


def make_key(pipeline: Pipeline, weights: str) -> dict[str, Any]:
    """Return the address of the features; libraries and the processor's instruction set change floats too."""
    import torch
    import transformers

    kind = pipeline.device.partition(":")[0]
    capability = torch.backends.cpu.get_cpu_capability() if kind == "cpu" else kind
    return {
        **({"spread": True} if pipeline.spread else {}),
        "kind": "text", "version": VERSION, "weights": weights, "config": digest_of(normalise_config(pipeline.config)),
        "tokeniser": tokenizer_hash(pipeline.tokenizer), "prompt": pipeline.prompt, "lower_case": pipeline.lower_case,
        "max_tokens": pipeline.max_tokens, "layers": list(pipeline.layers), "pooling": pipeline.pooling,
        "normalize": pipeline.normalize, "dtype": pipeline.dtype, "batch_tokens": pipeline.batch_tokens,
        "threads": pipeline.threads, "device": kind,
        "engine": {"torch": torch.__version__, "transformers": transformers.__version__, "capability": capability},
    }  # fmt: skip


def describe(
    name: str, revision: str | None, pipeline: Pipeline, sources: dict[str, str], parameters: int
) -> EncoderInfo:  # fmt: skip
    """Return what a reader wants to know of a checkpoint that is read by `pipeline`."""
    return EncoderInfo(
        id=name, revision=revision, kind="checkpoint", architecture=_architecture(pipeline.config),
        parameters=parameters, dim=_width(pipeline.config), layer=pipeline.layers[-1],
        pooling=pipeline.pooling, prompt=pipeline.prompt, max_tokens=pipeline.max_tokens, padding_side="right",
        dtype=pipeline.dtype, sources=sources,
    )  # fmt: skip


def _architecture(config: PretrainedConfig) -> str:
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    found = MODEL_MAPPING_NAMES.get(config.model_type) or (config.architectures or [config.model_type])[0]
    return found if isinstance(found, str) else found[0]


def _width(config: PretrainedConfig) -> int:
    """Return the length of a hidden state: a few decoders project it back to the width of their word embeddings."""
    return int(getattr(config, "word_embed_proj_dim", None) or config.hidden_size)


def parameter_count(config: PretrainedConfig) -> int:
    """Return the number of parameters of the text body, without allocating any."""
    import torch
    from transformers import AutoModel

    with torch.device("meta"):
        return sum(parameter.numel() for parameter in text_body(AutoModel.from_config(config)).parameters())
