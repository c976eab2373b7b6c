"""The door to encoders: a model's name to an `Encoder`; `objects` is the door for loaded ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import BLEND, precomputed_file
from lit_hf.encoders.adapter import CONFIG as ADAPTER_CONFIG
from lit_hf.encoders.adapter import Adapter, is_adapter
from lit_hf.encoders.body_size import BodySize, size_of_body
from lit_hf.encoders.chain.arrange import Head
from lit_hf.encoders.checkpoint import find_checkpoint, load_config, load_tokenizer, load_weights, loading, weights_hash
from lit_hf.encoders.contract import Encoder, EncoderInfo
from lit_hf.encoders.dry import check_pass
from lit_hf.encoders.library import load_with_library
from lit_hf.encoders.load_media import load_media
from lit_hf.encoders.policy import SAFE, Policy
from lit_hf.encoders.precomputed import load_brought_features
from lit_hf.encoders.recipe import Declared, read_declared
from lit_hf.encoders.remote import running_code
from lit_hf.encoders.resolve import DEFAULTS, Choices, resolve_pipeline
from lit_hf.encoders.static import load_static
from lit_hf.encoders.text import Pipeline, TextEncoder, place_model
from lit_hf.encoders.tokenizer_content import tokenizer_hash
from lit_hf.encoders.towers import check_reads_text, check_vocabulary, model_class, new_model, text_body
from lit_hf.encoders.twin import normalise_config, storage_of
from lit_hf.errors import BadSetting
from lit_hf.runtime.cache import cache_root, digest_of
from lit_hf.runtime.native import arithmetic_of

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

    from lit_hf.encoders.chain.weights import HeadNet

VERSION = 2
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
    checkpoint, cache = find_checkpoint(model, policy), cache_root(cache_dir)
    choices = replace(choices, name=checkpoint.id)
    if choices.spread and medium != "text":
        raise BadSetting("device_map", "auto", f"left out for {medium} encoders")
    if choices.loader is not None:
        return load_with_library(checkpoint, choices, policy, cache, medium)
    if medium in ("image", "sound"):
        return load_media(checkpoint, choices, policy, cache, medium)
    if is_adapter(checkpoint.folder):
        return _load_adapter(Adapter(checkpoint, policy), choices, policy, cache)
    declared = read_declared(checkpoint.folder, checkpoint.id, choices.route)
    if declared.static:
        return load_static(checkpoint, declared, choices, policy, cache)
    config = load_config(checkpoint, declared.weights, policy)
    with loading(checkpoint):
        body = skeleton_body(config, checkpoint.id)
    tokenizer = load_tokenizer(checkpoint, declared.weights, policy)
    check_vocabulary(body, tokenizer, checkpoint.id)
    pipeline, sources = resolve_pipeline(choices, declared, config, tokenizer)
    code = running_code([checkpoint.folder, declared.weights], checkpoint.id, policy, cache)
    pipeline, sources = replace(pipeline, code=code.digest), sources | code.said
    weights = weights_hash(checkpoint, declared.weights, policy, cache)
    make = partial(load_weights, checkpoint, declared.weights, policy, pipeline.dtype, pipeline.spread)
    info = describe(checkpoint.id, checkpoint.revision, pipeline, sources, size_of_body(body))
    check_pass(body, pipeline, info)
    content = digest_of([weights, storage_of(config)])
    return build_with_head(pipeline, info, content, make, HeadFiles(declared, policy, checkpoint.id, cache))


def _load_adapter(adapter: Adapter, choices: Choices, policy: Policy, cache: Path) -> TextEncoder:
    """Return the base with the adapter merged; sentence-transformers files and a tokeniser beside the adapter win."""
    own, base = adapter.checkpoint, adapter.base
    declared, named = read_declared(base.folder, base.id, choices.route), base.id
    weights, folder = declared.weights, own.folder
    if (folder / "modules.json").is_file():
        declared, named = read_declared(folder, own.id, choices.route), own.id
    config = load_config(base, weights, policy)
    with loading(base):
        body = skeleton_body(config, own.id)
    tokenizer = load_tokenizer(own, folder if (folder / "tokenizer_config.json").is_file() else weights, policy)
    check_vocabulary(body, tokenizer, own.id)
    pipeline, sources = resolve_pipeline(choices, declared, config, tokenizer)
    sources["base"] = f"{adapter.named_base}, named by {ADAPTER_CONFIG}"
    code = running_code([base.folder, weights, folder], own.id, policy, cache)
    sources |= code.said
    info = describe(own.id, own.revision, pipeline, sources, size_of_body(body))
    check_pass(body, pipeline, info)
    pipeline = replace(pipeline, code=code.digest)
    plain = weights_hash(base, weights, policy, cache)
    about = describe(adapter.named_base, base.revision, pipeline, sources, BodySize(info.parameters, info.looked_up))
    make = partial(load_weights, base, weights, policy, pipeline.dtype)
    content, head = (
        digest_of([plain, storage_of(config), adapter.sha256(cache), adapter.config]),
        HeadFiles(declared, policy, named, cache),
    )
    found = build_with_head(pipeline, info, content, partial(adapter.load, weights, policy, pipeline.dtype), head)
    return found.on(build_with_head(pipeline, about, digest_of([plain, storage_of(config)]), make, head))


def build(
    pipeline: Pipeline, info: EncoderInfo, weights: str, make: Callable[[], nn.Module],
    make_head: Callable[[], HeadNet] | None = None,
) -> TextEncoder:  # fmt: skip
    """Return the encoder of `weights`, a hash of the content of what `make` and `make_head` load."""
    key = make_key(pipeline, weights)
    return TextEncoder(pipeline, key, info, lambda: place_model(make(), pipeline), make_head)


@dataclass(frozen=True)
class HeadFiles:
    """Where the weights of the modules around the pooling come from."""

    declared: Declared
    policy: Policy
    name: str
    cache: Path

    def hashes(self, head: Head) -> list[str]:
        """Return the hashes of the files of those modules that have weights."""
        from lit_hf.encoders.chain.weights import hash_head

        return hash_head(head, self.declared.head_weights, self.policy, self.name, self.cache)

    def load(self, head: Head) -> HeadNet:
        """Return the modules with their weights."""
        from lit_hf.encoders.chain.weights import load_head

        return load_head(head, self.declared.head_weights, self.policy, self.name)


def build_with_head(
    pipeline: Pipeline, info: EncoderInfo, weights: str, make: Callable[[], nn.Module], files: HeadFiles
) -> TextEncoder:  # fmt: skip
    """Return the encoder of `weights` with the modules around its pooling, whose content is in the address too."""
    if not pipeline.head:
        return build(pipeline, info, weights, make)
    content = digest_of([weights, files.hashes(pipeline.head)])
    return build(pipeline, info, content, make, partial(files.load, pipeline.head))


def make_key(pipeline: Pipeline, weights: str) -> dict[str, Any]:
    """Return the address of the features; libraries and the processor's instruction set change floats too."""
    import torch
    import transformers

    kind = pipeline.device.partition(":")[0]
    capability = torch.backends.cpu.get_cpu_capability() if kind == "cpu" else kind
    return {
        **({"spread": True} if pipeline.spread else {}),
        **({"head": pipeline.head.key} if pipeline.head else {}),
        **({"left_out": pipeline.left_out} if pipeline.left_out else {}),
        **({"fixed": pipeline.fixed} if pipeline.fixed else {}),
        **({"blend": BLEND} if pipeline.blend else {}),
        **({"code": pipeline.code} if pipeline.code else {}),
        **arithmetic_of(pipeline.dtype, kind),
        "kind": "text", "version": VERSION, "weights": weights, "config": digest_of(normalise_config(pipeline.config)),
        "tokeniser": tokenizer_hash(pipeline.tokenizer), "prompt": pipeline.prompt, "lower_case": pipeline.lower_case,
        "max_tokens": pipeline.max_tokens, "layers": list(pipeline.layers), "pooling": pipeline.pooling,
        "normalize": pipeline.normalize, "dtype": pipeline.dtype, "batch_tokens": pipeline.batch_tokens,
        "threads": pipeline.threads, "device": kind,
        "engine": {"torch": torch.__version__, "transformers": transformers.__version__, "capability": capability},
    }  # fmt: skip


def describe(
    name: str, revision: str | None, pipeline: Pipeline, sources: dict[str, str], size: BodySize
) -> EncoderInfo:  # fmt: skip
    """Return what a reader wants to know of a checkpoint that is read by `pipeline`."""
    return EncoderInfo(
        id=name, revision=revision, kind="checkpoint", architecture=_architecture(pipeline.config),
        parameters=size.parameters, looked_up=size.looked_up, dim=pipeline.width * (2 if pipeline.blend else 1),
        layer=BLEND if pipeline.blend else pipeline.layers[-1],
        pooling=pipeline.pooling, prompt=pipeline.prompt, max_tokens=pipeline.max_tokens, padding_side="right",
        dtype=pipeline.dtype, sources=sources,
    )  # fmt: skip


def _architecture(config: PretrainedConfig) -> str:
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    if config.model_type == "dpr":
        return str(model_class(config).__name__)
    found = MODEL_MAPPING_NAMES.get(config.model_type) or (config.architectures or [config.model_type])[0]
    return found if isinstance(found, str) else found[0]


def skeleton_body(config: PretrainedConfig, name: str) -> nn.Module:
    """Return the text body without numbers; raise `UnsupportedModel` when it reads no texts."""
    import torch

    with torch.device("meta"):
        body = text_body(new_model(config, name))
    check_reads_text(body, name)
    return body


def parameter_count(config: PretrainedConfig, name: str = "this checkpoint") -> BodySize:
    """Return the size of the text body, without allocating any; raise as `skeleton_body` does."""
    return size_of_body(skeleton_body(config, name))
