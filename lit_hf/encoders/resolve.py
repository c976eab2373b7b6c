"""The user's choices and the checkpoint's declarations to one pipeline, with the source of each field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from lit_hf.encoders.batching import default_batch_tokens
from lit_hf.encoders.limits import resolve_max_tokens
from lit_hf.encoders.quantised import quantised_source
from lit_hf.encoders.recipe import Declared
from lit_hf.encoders.text import Pipeline
from lit_hf.errors import BadSetting
from lit_hf.runtime.devices import find_place
from lit_hf.runtime.units import UNIT_THREADS

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

    from lit_hf.config import Settings

FIRST_TOKEN = "first sub-token"
"""In place of a pooling where each word has a row of its own."""


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

    @classmethod
    def of(cls, settings: Settings) -> Choices:
        """Return what `settings` choose."""
        names = [field.name for field in fields(cls) if field.name != "spread"]
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
    pooling, pooling_source = _resolve_pooling(choices.pooling, declared, config)
    prompt, prompt_source = _resolve_prompt(choices.prompt, declared)
    declared_in = declared.sources.get("max_tokens", "")
    limit, limit_source = resolve_max_tokens(
        choices.max_tokens, declared.max_tokens, declared_in, tokenizer.model_max_length, config
    )
    pipeline = Pipeline(
        tokenizer=tokenizer, config=config, prompt=prompt, lower_case=declared.lower_case, max_tokens=limit,
        layers=_resolve_layers(choices.layer, config), pooling=pooling, normalize=declared.normalize,
        dtype=resolve_dtype(choices.dtype, config), threads=choices.threads or UNIT_THREADS, device=place.device,
        spread=choices.spread,
        batch_tokens=choices.batch_tokens or default_batch_tokens(place.kind),
    )  # fmt: skip
    side = f"always right, where padding changes nothing; the tokeniser says {tokenizer.padding_side}"
    sources = {"pooling": pooling_source, "prompt": prompt_source, "max_tokens": limit_source, "padding_side": side}
    sources |= quantised_source(config)
    return pipeline, {**sources, **({"normalize": declared.sources["normalize"]} if declared.normalize else {})}


def _resolve_pooling(asked: str, declared: Declared, config: PretrainedConfig) -> tuple[str, str]:
    from lit_hf.encoders.pooling import POOLINGS

    if asked == FIRST_TOKEN:
        return asked, "the task, which labels words"
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


def _resolve_layers(asked: str, config: PretrainedConfig) -> tuple[int, ...]:
    """Return the hidden states that a forward pass gives; the last one of them is the result's."""
    top = int(config.num_hidden_layers)
    if asked == "all":
        return tuple(range(top + 1))
    layer = top if asked == "last" else int(asked)
    layer = layer + top + 1 if layer < 0 else layer
    if not 0 <= layer <= top:
        raise BadSetting("layer", asked, f"`last`, `all` or a whole number from 0 to {top}")
    return (layer,)


def resolve_dtype(asked: str, config: PretrainedConfig) -> str:
    """Return the name of a torch dtype; "auto" is the one that the checkpoint was saved in."""
    saved = str(getattr(config, "dtype", None) or "float32").removeprefix("torch.")
    return saved if asked == "auto" else asked


def _is_causal(config: PretrainedConfig) -> bool:
    """True for decoder-only architectures: transformers has a causal head for them and no masked one."""
    from transformers.models.auto import modeling_auto as auto

    causal, masked = auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return config.model_type in causal and config.model_type not in masked and not config.is_encoder_decoder
