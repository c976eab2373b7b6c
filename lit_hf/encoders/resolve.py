"""The user's choices and the checkpoint's declarations to one pipeline, with the source of each field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from lit_hf.config import BLEND
from lit_hf.encoders.batching import default_batch_tokens
from lit_hf.encoders.chain.arrange import Head, normalises, settle
from lit_hf.encoders.limits import resolve_max_tokens
from lit_hf.encoders.quantised import quantised_source
from lit_hf.encoders.recipe import Declared
from lit_hf.encoders.text import Pipeline
from lit_hf.encoders.towers import POOLER, PROJECTED, fixed_tokens, is_composite, pooler_width, state_width, text_config
from lit_hf.errors import BadSetting
from lit_hf.runtime.devices import find_place
from lit_hf.runtime.native import NATIVE, native_dtype
from lit_hf.runtime.units import UNIT_THREADS

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

    from lit_hf.config import Settings

FIRST_TOKEN = "first sub-token"
"""In place of a pooling where each word has a row of its own."""
_SAID = ("route", "modules", "similarity")
"""What the checkpoint's files say besides, for the record."""


@dataclass(frozen=True)
class Choices:
    """The user's settings of an encoder, by their meaning in `lit_hf.config`; `spread`: over all devices."""

    layer: str = "last"
    pooling: str = "auto"
    prompt: str = "auto"
    max_tokens: int | None = None
    dtype: str = "float32"
    batch_tokens: int | None = None
    threads: int | None = None
    device: str = "auto"
    spread: bool = False
    route: str | None = None
    loader: str | None = None
    name: str = "this checkpoint"
    """What errors call it."""

    @classmethod
    def of(cls, settings: Settings) -> Choices:
        """Return what `settings` choose."""
        names = [field.name for field in fields(cls) if field.name not in ("spread", "name")]
        return cls(**{name: getattr(settings, name) for name in names}, spread=settings.device_map is not None)

    def of_words(self) -> Choices:
        """Return the choices of a task of words; raise `BadSetting` when they name a pooling or a prompt."""
        for name, asked in (("pooling", self.pooling), ("prompt", self.prompt)):
            if asked not in ("auto", ""):
                raise BadSetting(name, asked, "left out for token-classification: a word is its first sub-token")
        return replace(self, pooling=FIRST_TOKEN, prompt="")


DEFAULTS = Choices()
"""What is chosen where nothing is."""


def resolve_pipeline(
    choices: Choices, declared: Declared, config: PretrainedConfig, tokenizer: PreTrainedTokenizerBase
) -> tuple[Pipeline, dict[str, str]]:
    """Return the pipeline, and for each resolved field the file or rule that decided it."""
    place = find_place(choices.device)
    inner, name = text_config(config, choices.name), choices.name
    layers = _resolve_layers(choices.layer, inner)
    pooling, pooling_source = _resolve_pooling(choices.pooling, declared, config, layers == (inner.num_hidden_layers,))
    prompt, prompt_source = resolve_prompt(choices.prompt, declared)
    declared_in = declared.sources.get("max_tokens", "")
    limit, limit_source = resolve_max_tokens(
        choices.max_tokens, declared.max_tokens, declared_in, tokenizer.model_max_length, inner
    )
    towers, blend = pooling in (POOLER, PROJECTED), choices.layer == BLEND
    if towers and blend:
        raise BadSetting("pooling", pooling, f"a pooling of hidden states beside `--layer {BLEND}`")
    hidden = pooler_width(config, name, pooling == PROJECTED) if towers else state_width(inner)
    head, normalize, width = _settle(choices, declared, pooling, hidden)
    pipeline = Pipeline(
        tokenizer=tokenizer, config=config, prompt=prompt, lower_case=declared.lower_case, max_tokens=limit,
        layers=layers, pooling=pooling, normalize=normalize, dtype=resolve_dtype(choices.dtype, config, place.device),
        threads=choices.threads or UNIT_THREADS, device=place.device, spread=choices.spread, head=head, width=width,
        left_out=0 if declared.include_prompt else prompt_tokens(tokenizer, prompt, limit, declared.lower_case),
        fixed=fixed_tokens(config), blend=blend,
        batch_tokens=choices.batch_tokens or default_batch_tokens(place.kind),
    )  # fmt: skip
    side = f"always right, where padding changes nothing; the tokeniser says {tokenizer.padding_side}"
    sources = {"pooling": pooling_source, "prompt": prompt_source, "max_tokens": limit_source, "padding_side": side}
    sources |= quantised_source(config) | said_of(declared)
    if pipeline.left_out:
        sources["pooled"] = f"without the prompt's {pipeline.left_out} tokens"
    return pipeline, {**sources, **({"normalize": declared.sources["normalize"]} if normalize else {})}


def said_of(declared: Declared) -> dict[str, str]:
    """Return what the checkpoint's files say besides, for the record: modules, a route, a similarity not looked at."""
    return {key: declared.sources[key] for key in _SAID if key in declared.sources}


def _settle(choices: Choices, declared: Declared, pooling: str, hidden: int) -> tuple[Head, bool, int]:
    """Return the head, whether rows are normalised besides, and the width of a row.

    Raises `BadSetting` for another layer or pooling than those that the modules after the pooling were trained on.
    """
    if pooling == FIRST_TOKEN:
        tokens = Head(declared.head.tokens)
        return tokens, normalises(declared.head), tokens.width(hidden, 1, choices.name)
    modes = len(pooling.split("+"))
    head, normalize = settle(declared.head, declared.head.width(hidden, modes, choices.name), declared.truncate_dim)
    for setting, asked, usual in (("layer", choices.layer, ("last", "-1")), ("pooling", choices.pooling, ("auto",))):
        if head and asked not in usual:
            raise BadSetting(
                setting, asked, f"{usual[0]}: the checkpoint's {head.names} belongs to its own pooled last layer"
            )
    return head, normalize, head.width(hidden, modes, choices.name)


def prompt_tokens(tokenizer: PreTrainedTokenizerBase, prompt: str, limit: int, lower_case: bool) -> int:
    """Return how many tokens a prompt takes at the beginning of a text, as sentence-transformers counts them.

    Its own, and the special ones before it; a special one behind it is not the prompt's.
    """
    if not prompt:
        return 0
    ids = tokenizer(prompt.lower() if lower_case else prompt, truncation=True, max_length=limit)["input_ids"]
    return len(ids) - bool(ids and ids[-1] in tokenizer.all_special_ids)


def _resolve_pooling(asked: str, declared: Declared, config: PretrainedConfig, top: bool) -> tuple[str, str]:
    from lit_hf.encoders.pooling import POOLINGS

    if asked == FIRST_TOKEN:
        return asked, "the task, which labels words"
    if asked != "auto":
        if asked not in POOLINGS:
            raise BadSetting("pooling", asked, f"one of auto, {', '.join(POOLINGS)}")
        return asked, "the settings"
    if declared.pooling is not None:
        return declared.pooling, declared.sources["pooling"]
    if declared.projected or is_composite(config):
        if not top:
            return "mean", "the default of layers below the last"
        if declared.projected:
            return PROJECTED, "modules.json: the tower's pooled output, projected"
        return POOLER, "the tower's own pooled output, which it was trained to be compared by"
    if _is_causal(config):
        return "last", "the default of decoder-only models: only the last token has seen the whole text"
    return "mean", "the default: the checkpoint's files name no pooling"


def resolve_prompt(asked: str, declared: Declared) -> tuple[str, str]:
    """Return the prompt: what the files say for "auto", else the files' prompt of this name, else the text itself."""
    if asked == "auto":
        return declared.prompts.prompt, declared.prompts.source
    if asked in declared.prompts.named:
        return declared.prompts.named[asked], f"the settings, which name the checkpoint's prompt {asked!r}"
    return asked, "the settings"


def _resolve_layers(asked: str, config: PretrainedConfig) -> tuple[int, ...]:
    """Return the hidden states that a forward pass gives; the last one of them is the result's."""
    top = int(config.num_hidden_layers)
    if asked in ("all", BLEND):
        return tuple(range(top + 1))
    layer = top if asked == "last" else int(asked)
    layer = layer + top + 1 if layer < 0 else layer
    if not 0 <= layer <= top:
        raise BadSetting("layer", asked, f"`last`, `all` or a whole number from 0 to {top}")
    return (layer,)


def resolve_dtype(asked: str, config: PretrainedConfig, device: str) -> str:
    """Return the name of a torch dtype: "auto" is the one that the checkpoint was saved in, "native" the device's.

    A run has replaced "native" before (`lit_hf.evaluation.job`), so that all its encoders have one type.
    """
    if asked == NATIVE:
        return native_dtype(device)
    saved = str(getattr(config, "dtype", None) or "float32").removeprefix("torch.")
    return saved if asked == "auto" else asked


def _is_causal(config: PretrainedConfig) -> bool:
    """True for decoder-only architectures: transformers has a causal head for them and no masked one."""
    from transformers.models.auto import modeling_auto as auto

    causal, masked = auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return config.model_type in causal and config.model_type not in masked and not config.is_encoder_decoder
