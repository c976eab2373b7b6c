"""Which part of a network reads the text: the whole, an encoder half, or the text tower of a model of two media."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.remote import has_leave
from lit_hf.errors import UnsupportedModel

if TYPE_CHECKING:
    import torch
    from torch import nn
    from transformers import PretrainedConfig

POOLER = "pooler"
"""The network's own pooled output: what a tower was trained to be compared by."""
PROJECTED = "pooler, projected"
"""That output after the projection into the space that both towers share."""
_DPR = {"DPRQuestionEncoder": "question_encoder", "DPRContextEncoder": "ctx_encoder"}
_MEDIA = {"pixel_values": "images", "input_values": "sounds", "input_features": "sounds"}
_FIXED = ("siglip", "siglip2")
"""Models whose text tower was trained on texts that are filled up to all its positions, and pools the last of them."""

_SIZE = ("hidden_size", "num_hidden_layers")


def text_config(config: PretrainedConfig, name: str) -> PretrainedConfig:
    """Return the configuration of the part that reads the text; raise `UnsupportedModel` when nothing is stated."""
    inner: Any = getattr(config, "text_config", None)
    found = next((each for each in (config, inner) if _states_size(each)), None)
    if found is None:
        needed = next(each for each in _SIZE if not isinstance(getattr(config, each, None), int))
        what = f"its configuration, of the type {config.model_type!r}, states no {needed}"
        raise UnsupportedModel(name, f"{what}: it has no one stream of features")
    return found


def _states_size(config: Any) -> bool:
    return all(isinstance(getattr(config, each, None), int) for each in _SIZE)


def state_width(inner: PretrainedConfig) -> int:
    """Return the columns of a state of a token: a few decoders project theirs back to their embeddings' width."""
    return int(getattr(inner, "word_embed_proj_dim", None) or inner.hidden_size)


def is_composite(config: PretrainedConfig) -> bool:
    """True for a model of two towers, each with a pooled output that it was trained to be compared by."""
    dual = hasattr(config, "text_config") and (hasattr(config, "vision_config") or hasattr(config, "audio_config"))
    return (dual and hasattr(config, "projection_dim")) or config.model_type in _FIXED or config.model_type == "dpr"


def fixed_tokens(config: PretrainedConfig) -> int:
    """Return how many tokens each text is filled up to, 0 for networks that are told what is padding."""
    return int(getattr(config, "text_config", config).max_position_embeddings) if config.model_type in _FIXED else 0


def model_class(config: PretrainedConfig, name: str = "this checkpoint") -> Any:
    """Return the class of transformers that loads a body of `config`.

    transformers takes every DPR for a question encoder. Raises `UnsupportedModel` for a DPR reader.
    """
    import transformers

    if config.model_type != "dpr":
        return transformers.AutoModel
    kind = (config.architectures or ["DPRQuestionEncoder"])[0]
    if kind not in _DPR:
        raise UnsupportedModel(name, f"it is a {kind}, which marks spans of a question and a passage read together")
    return getattr(transformers, kind)


def new_model(config: PretrainedConfig, name: str = "this checkpoint", dtype: torch.dtype | None = None) -> nn.Module:
    """Return a body of `config` with fresh weights; raise `UnsupportedModel` where transformers has none.

    Code of a repository's own runs where `config` still names it: then it was given leave.
    """
    kind, options = model_class(config, name), {} if dtype is None else {"dtype": dtype}
    try:
        model: nn.Module = (
            kind.from_config(config, trust_remote_code=has_leave(config), **options)
            if hasattr(kind, "from_config") else kind._from_config(config, **options)
        )  # fmt: skip
    except ValueError as error:
        if "Unrecognized configuration class" not in str(error):
            raise
        what = f"transformers has no body for the type {config.model_type!r}"
        raise UnsupportedModel(name, f"{what}, only networks with a head") from error
    return model


def text_body(model: nn.Module) -> nn.Module:
    """Return what reads the text: of two towers the one for texts, of an encoder-decoder the encoder."""
    found: Any = next((getattr(model, part) for part in _DPR.values() if hasattr(model, part)), None)
    if found is None and hasattr(model, "text_model") and not hasattr(model, "language_model"):
        found = model.text_model
    if found is None:
        found = model.encoder if has_decoder(model) else model
    body: nn.Module = found
    return body


def text_projection(model: nn.Module) -> nn.Module | None:
    """Return what maps the text tower's pooled output into the space of both towers; None without one."""
    found = getattr(model, "text_projection", None)
    return found if callable(found) else None


def pooler_width(config: PretrainedConfig, name: str, projected: bool) -> int:
    """Return the columns of a text tower's pooled output, from a pass without numbers.

    Where such a pass is not possible, those that the configuration states; what comes out is compared with them.
    Raises `UnsupportedModel` where there is none.
    """
    import torch

    with torch.device("meta"):
        model = new_model(config, name)
        ids = torch.zeros(1, fixed_tokens(config) or 4, dtype=torch.int64)
        try:
            found = getattr(text_body(model)(input_ids=ids, return_dict=True), "pooler_output", None)
        except (RuntimeError, NotImplementedError):  # it looks at its numbers, and there are none
            stated: Any = config if projected else text_config(config, name)
            return int(stated.projection_dim if projected else stated.hidden_size)
        if found is None:
            raise UnsupportedModel(name, "its text tower gives no pooled output", "Choose one: `--pooling cls`.")
        projection = text_projection(model) if projected else None
        return int((found if projection is None else projection(found)).shape[-1])


def has_decoder(model: nn.Module) -> bool:
    """True for two halves of which the first alone reads; Funnel's second half gives each token its state back.

    The configuration of a checkpoint that has the encoder alone does not say so.
    """
    return hasattr(model, "encoder") and hasattr(model, "decoder") and not type(model).__name__.startswith("Funnel")


def check_vocabulary(body: nn.Module, tokenizer: Any, name: str) -> None:
    """Raise `UnsupportedModel` when the tokeniser gives a number for which the network has no row."""
    try:
        table: Any = body.get_input_embeddings()  # type: ignore[operator]
    except (NotImplementedError, AttributeError):
        return
    rows, largest = getattr(table, "num_embeddings", None), max(tokenizer.get_vocab().values(), default=-1)
    if rows is not None and largest >= rows:
        raise too_many_tokens(largest, rows, name)


def too_many_tokens(largest: int, rows: int, name: str) -> UnsupportedModel:
    """Return the error of a tokeniser whose `largest` number has no row in a table of `rows`."""
    what = f"its tokeniser has tokens up to number {largest}, and its table of embeddings rows 0 to {rows - 1}"
    step = f"Resize the table to {largest + 1} rows, or give the checkpoint the tokeniser that belongs to it."
    return UnsupportedModel(name, what, step)


def check_reads_text(body: nn.Module, name: str) -> None:
    """Raise `UnsupportedModel` when a body takes no tokens, and say what it takes."""
    accepted = list(inspect.signature(body.forward).parameters)
    if "input_ids" in accepted:
        return
    medium = next((what for argument, what in _MEDIA.items() if argument in accepted), None)
    what = f"reads {medium}, and the task's inputs are texts" if medium else f"takes {accepted[0]!r}, and no tokens"
    raise UnsupportedModel(name, f"this checkpoint {what}")
