"""The random twin: the same configuration, fresh weights. What is not in the configuration cannot make twins differ."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.remote import has_leave
from lit_hf.encoders.towers import new_model
from lit_hf.runtime.seeding import forked

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

_NOT_ARCHITECTURE = {
    "_name_or_path", "name_or_path", "transformers_version", "_commit_hash", "architectures", "dtype", "torch_dtype",
    "id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "task_specific_params", "auto_map",
    "use_cache", "return_dict", "output_hidden_states", "output_attentions", "gradient_checkpointing",
    "attn_implementation", "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal",
    "tokenizer_class", "prefix", "sentence_transformers", "quantization_config",
}  # fmt: skip
"""Keys that say who saved a configuration, how its outputs are read or how it is stored, not what it computes."""


def normalise_config(config: PretrainedConfig) -> dict[str, Any]:
    """Return the part of a configuration that decides the architecture and its initialisation, as plain JSON values."""
    return plain_values({key: value for key, value in config.to_dict().items() if key not in _NOT_ARCHITECTURE})


def storage_of(config: PretrainedConfig) -> list[Any]:
    """Return how a configuration says that weights are stored and attended with, as JSON: a twin has neither."""
    found: Any = getattr(config, "quantization_config", None)
    found = found.to_dict() if hasattr(found, "to_dict") else found
    return [plain_values(found), str(getattr(config, "_attn_implementation", None))]


def random_model(config: PretrainedConfig, seed: int, kind: Any = None) -> nn.Module:
    """Return a freshly initialised body of `config`, float32, drawn by `seed` under a forked generator.

    kind: the class of the network where it is none of transformers' own and is loaded already; a twin is of its class.
    """
    from transformers import AutoConfig

    if kind is not None or has_leave(config):
        own: Any = copy.deepcopy(config)
        own.dtype = None
        with forked(seed):
            return new_model(own) if kind is None else kind._from_config(own)
    values = normalise_config(config)
    model_type = values.pop("model_type")
    bare = AutoConfig.for_model(model_type, **values) if _is_known(model_type) else config
    bare.architectures = config.architectures  # for the types that are several: which of them
    with forked(seed):
        return new_model(bare)


def _is_known(model_type: str) -> bool:
    """True when transformers itself has the architecture; a remote one keeps its own configuration object."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING


def plain_values(value: Any) -> Any:
    """Return `value` with string keys throughout and without the same keys in nested configurations."""
    if isinstance(value, dict):
        return {str(key): plain_values(part) for key, part in value.items() if key not in _NOT_ARCHITECTURE}
    if isinstance(value, (list, tuple)):
        return [plain_values(part) for part in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
