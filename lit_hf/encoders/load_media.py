"""The door to encoders of images and sounds: a checkpoint's files to a `MediaEncoder`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import BLEND
from lit_hf.encoders.batching import default_batch_tokens
from lit_hf.encoders.chain.listing import MODULES
from lit_hf.encoders.checkpoint import Checkpoint, load_config, load_processor, load_weights, weights_hash
from lit_hf.encoders.contract import EncoderInfo
from lit_hf.encoders.media import (
    TOWERS,
    MediaEncoder,
    Pipeline,
    argument_of,
    check_reads_media,
    media_body,
    with_projection,
)
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.processors import DEFAULT_FRAMES, ImageFront, Processor, SoundFront
from lit_hf.encoders.quantised import quantised_source
from lit_hf.encoders.recipe import read_declared
from lit_hf.encoders.remote import running_code
from lit_hf.encoders.resolve import Choices, resolve_dtype
from lit_hf.encoders.towers import POOLER, PROJECTED, new_model
from lit_hf.encoders.twin import normalise_config, storage_of
from lit_hf.errors import BadSetting, UnsupportedModel
from lit_hf.runtime.cache import digest_of
from lit_hf.runtime.devices import find_place
from lit_hf.runtime.native import arithmetic_of
from lit_hf.runtime.units import UNIT_THREADS

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

VERSION = 2
"""Raised whenever this module's code, `media` or `fronts` give other floats for the same key."""
PIXELS_PER_TOKEN = 256
"""An image of a convolutional network weighs as much in a batch as one that is cut into patches of 16 by 16."""
PREFIXES = ("cls_token", "class_embedding", "distillation_token")
"""Parameters that stand before the patches, one position each."""


@dataclass(frozen=True)
class Outline:
    """What a forward pass without numbers shows of a body."""

    widths: tuple[int, ...]
    """Width of each hidden state, the last one's last."""
    maps: bool
    """True for feature maps [n, d, height, width]."""
    class_token: bool
    prefix: int
    is_tower: bool
    batch_norms: int
    parameters: int
    name: str
    pooled: int
    """Width of the network's own pooled output, 0 without one."""
    weight: int
    """Tokens that an input counts in a batch."""


def load_media(checkpoint: Checkpoint, choices: Choices, policy: Policy, cache: Path, medium: str) -> MediaEncoder:
    """Return the encoder of a checkpoint that reads `medium`, "image" or "sound".

    Raises `UnsupportedModel` when it has no processor for it, and `BadSetting` for a prompt, a layer that the network
    lacks, a pooling without positions to pool, or a limit of tokens for images.
    """
    if choices.prompt not in ("auto", ""):
        raise BadSetting("prompt", choices.prompt, f"left out: an {medium} has none".replace("an s", "a s"))
    folder, projected = media_folder(checkpoint, choices, medium)
    config = load_config(checkpoint, folder, policy)
    processor = _processor(checkpoint, folder, policy, medium, config)
    front, limit, limit_source = _front(processor, choices, medium)
    outline = outline_of(config, front, checkpoint.id, projected)
    pooling, pooling_source = _pooling(choices.pooling, config, outline, projected)
    layers = _layers(choices.layer, outline)
    if pooling in (POOLER, PROJECTED) and layers != (len(outline.widths) - 1,):
        pooling, pooling_source = "mean", "the default of layers below the last"
    place, code = find_place(choices.device), running_code([checkpoint.folder, folder], checkpoint.id, policy, cache)
    width = outline.pooled if pooling in (POOLER, PROJECTED) else outline.widths[layers[-1]]
    budget = choices.batch_tokens or default_batch_tokens(place.kind)
    pipeline = Pipeline(
        front=front, config=config, layers=layers, top=len(outline.widths) - 1, pooling=pooling, prefix=outline.prefix,
        dtype=resolve_dtype(choices.dtype, config, place.device), batch=max(1, budget // outline.weight),
        threads=choices.threads or UNIT_THREADS, device=place.device,
        code=code.digest,
    )  # fmt: skip
    sources = {
        "pooling": pooling_source,
        **({"max_tokens": limit_source} if limit else {}),
        **_batch_norm(outline),
        **quantised_source(config),
        **code.said,
    }
    info = EncoderInfo(
        id=checkpoint.id, revision=checkpoint.revision, kind="checkpoint", architecture=outline.name,
        parameters=outline.parameters, dim=width, layer=layers[-1], pooling=pooling, prompt="",
        max_tokens=limit, padding_side=None, dtype=pipeline.dtype, sources=sources,
    )  # fmt: skip
    weights = digest_of([weights_hash(checkpoint, folder, policy, cache), storage_of(config)])
    key = make_key(pipeline, medium, weights)
    make = partial(load_weights, checkpoint, folder, policy, pipeline.dtype)
    return MediaEncoder(pipeline, key, info, lambda: MediaEncoder.placed(make(), pipeline))


def _processor(
    checkpoint: Checkpoint, folder: Path, policy: Policy, medium: str, config: PretrainedConfig
) -> Any:  # fmt: skip
    """Return the processor; where there is none since the network reads texts, the error says that."""
    import torch

    try:
        return load_processor(checkpoint, folder, policy, medium)
    except UnsupportedModel:
        with torch.device("meta"):
            check_reads_media(media_body(new_model(config, checkpoint.id, dtype=torch.float32)), checkpoint.id)
        raise


def media_folder(checkpoint: Checkpoint, choices: Choices, medium: str) -> tuple[Path, bool]:
    """Return the folder of the network, and whether its output is projected, as modules.json says where there is one.

    Raises `UnsupportedModel` for modules behind the network, which lit-hf reads for texts.
    """
    if not (checkpoint.folder / MODULES).is_file():
        return checkpoint.folder, False
    declared = read_declared(checkpoint.folder, checkpoint.id, choices.route)
    if declared.head or declared.truncate_dim or declared.static:
        extra = declared.head.names or ("truncate_dim" if declared.truncate_dim else "StaticEmbedding")
        raise UnsupportedModel(checkpoint.id, f"its {MODULES} has {extra}, which lit-hf reads for texts, not {medium}s")
    return declared.weights, declared.projected


def make_key(pipeline: Pipeline, medium: str, weights: str) -> dict[str, Any]:
    """Return the address of the features."""
    import torch
    import transformers

    kind = pipeline.device.partition(":")[0]
    capability = torch.backends.cpu.get_cpu_capability() if kind == "cpu" else kind
    return {
        **({"code": pipeline.code} if pipeline.code else {}),
        **arithmetic_of(pipeline.dtype, kind),
        "kind": medium, "version": VERSION, "weights": weights, "config": digest_of(normalise_config(pipeline.config)),
        "front": digest_of(dict(pipeline.front.key)), "layers": list(pipeline.layers), "pooling": pipeline.pooling,
        "dtype": pipeline.dtype, "batch": pipeline.batch, "threads": pipeline.threads, "device": kind,
        "engine": {"torch": torch.__version__, "transformers": transformers.__version__, "capability": capability},
    }  # fmt: skip


def outline_of(
    config: PretrainedConfig, front: Processor, name: str = "this checkpoint", projected: bool = False
) -> Outline:  # fmt: skip
    """Return the outline of the body of `config`, from a pass of one blank input on torch's meta device.

    Raises `UnsupportedModel` when the body takes no image or sound.
    """
    import torch

    values = front.blank().values
    with torch.device("meta"):
        model = new_model(config, name, dtype=torch.float32).eval()
        tower = media_body(model)
        check_reads_media(tower, name)
        body = with_projection(model, tower) if projected else tower
        output = body(**{argument_of(body): torch.empty(1, *values.shape)}, output_hidden_states=True)
    states = [*(output.hidden_states or [output.last_hidden_state])[:-1], output.last_hidden_state]
    maps, positions = states[-1].ndim == 4, states[-1].shape[1]
    first, pooled = _before_patches(body, config), getattr(output, "pooler_output", None)
    return Outline(
        widths=tuple(int(each.shape[1 if each.ndim == 4 else -1]) for each in states),
        maps=maps, class_token=first > 0, prefix=first, is_tower=any(hasattr(model, name) for name in TOWERS),
        batch_norms=sum(isinstance(each, torch.nn.modules.batchnorm._BatchNorm) for each in body.modules()),
        parameters=sum(each.numel() for each in body.parameters()), name=type(model).__name__,
        pooled=0 if pooled is None else int(pooled.flatten(1).shape[1]),
        weight=max(values[0].size // PIXELS_PER_TOKEN if maps else positions, 1),
    )  # fmt: skip


def _before_patches(body: nn.Module, config: PretrainedConfig) -> int:
    """Return how many positions are no patch: class and distillation tokens, and registers."""
    names = [name.rpartition(".")[2] for name, _ in body.named_parameters()]
    registers = int(getattr(config, "num_register_tokens", 0) or 0)
    return sum(name in PREFIXES for name in names) + registers if any(name in PREFIXES for name in names) else 0


def _front(processor: Any, choices: Choices, medium: str) -> tuple[Processor, int | None, str]:
    """Return what stands before the network, the limit in frames of 20 ms for sounds, and where that came from."""
    if medium == "image":
        if choices.max_tokens is not None:
            raise BadSetting("max-tokens", choices.max_tokens, "left out: an image is resized, not cut")
        return ImageFront(processor), None, ""
    window = getattr(processor, "n_samples", None)
    own = DEFAULT_FRAMES if window is None else int(window) * 50 // int(processor.sampling_rate)
    source = "the default: 30 s" if window is None else "preprocessor_config.json: the extractor's window"
    if choices.max_tokens is not None and choices.max_tokens < own:
        own, source = choices.max_tokens, "the settings"
    return SoundFront(processor, own), own, f"{source}, in frames of 20 ms"


def _pooling(asked: str, config: PretrainedConfig, outline: Outline, projected: bool) -> tuple[str, str]:
    """Return how positions become one vector, and what decided it."""
    if asked == "cls" and not outline.class_token:
        raise BadSetting("pooling", asked, "mean, max or last: this network has no class token")
    if asked != "auto":
        return asked, "the settings"
    if projected:
        return PROJECTED, "modules.json: the tower's pooled output, projected"
    if outline.is_tower and outline.pooled:
        return POOLER, "the tower's own pooled output, which it was trained to be compared by"
    if outline.maps:
        return "mean", "the default of feature maps: over all positions"
    if outline.class_token and not getattr(config, "use_mean_pooling", False):
        return "cls", "the architecture, which has a class token"
    return "mean", "config.json" if outline.class_token else "the default: over all valid positions"


def _layers(asked: str, outline: Outline) -> tuple[int, ...]:
    """Return the hidden states that a forward pass gives; the last one of them is the result's."""
    top = len(outline.widths) - 1
    if asked == "last":
        return (top,)
    if asked == "all":
        return _same_width(tuple(range(top + 1)), outline.widths, asked)
    if asked == BLEND:
        raise BadSetting("layer", asked, "`last`, `all` or one number: it is defined for texts")
    layer = int(asked) + top + 1 if int(asked) < 0 else int(asked)
    if not 0 <= layer <= top:
        raise BadSetting("layer", asked, f"`last`, `all` or a whole number from 0 to {top}")
    return (layer,)


def _same_width(layers: tuple[int, ...], widths: Sequence[int], asked: str) -> tuple[int, ...]:
    if len({widths[layer] for layer in layers}) > 1:
        raise BadSetting("layer", asked, "`last` or one number: the layers of this network differ in width")
    return layers


def _batch_norm(outline: Outline) -> dict[str, str]:
    """Return a note on normalisation by statistics of a training set, which a random twin does not have."""
    if not outline.batch_norms:
        return {}
    return {"batch_norm": f"{outline.batch_norms} layers; in a random twin they hold their default statistics"}
