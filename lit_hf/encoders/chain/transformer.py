"""The Transformer module: where its weights lie, how many tokens it reads, and which of its outputs goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.encoders.chain import files

CONFIGS = tuple(
    f"sentence_{kind}_config.json"
    for kind in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
)
_HARMLESS = {
    "attn_implementation", "torch_dtype", "dtype", "add_pooling_layer", "use_safetensors", "low_cpu_mem_usage",
    "padding_side", "use_fast", "trust_remote_code", "use_cache", "revision", "device_map", "unpad_inputs",
}  # fmt: skip
"""Arguments of the library's loaders that change no feature beyond rounding."""
_STATES, _PROJECTED = ("forward", "last_hidden_state"), ("get_text_features", "pooler_output")


@dataclass(frozen=True)
class TransformerFiles:
    """What the files of the module say; `projected`: its output is a projected vector and no states of tokens."""

    folder: Path
    max_tokens: int | None = None
    lower_case: bool = False
    source: str = ""
    projected: bool = False


def read_transformer(folder: Path, projected: bool, route: str | None, name: str) -> TransformerFiles:
    """Read a Transformer's folder; raise `UnsupportedModel` for what it asks for and lit-hf does not do."""
    file = next((each for each in CONFIGS if (folder / each).is_file()), "")
    config = files.read_mapping(folder / file, name) if file else {}
    for part in ("model_args", "model_kwargs", "tokenizer_args", "processor_kwargs", "config_args", "config_kwargs"):
        extra = sorted(set(files.field(config, part, dict, {}, file, name)) - _HARMLESS)
        if extra:
            raise files.not_read(name, f"{file} sets {part}: {', '.join(extra)}")
    limit = files.count(config, "max_seq_length", file, name)
    if route in ("query", "document"):
        limit = files.count(config, f"{route}_length", file, name) or limit
    lower = bool(files.field(config, "do_lower_case", bool, False, file, name))
    return TransformerFiles(folder, limit, lower, file, projected or _is_projected(config, route, file, name))


def _is_projected(config: Mapping[str, Any], route: str | None, file: str, name: str) -> bool:
    """Return which of two known outputs goes on; raise `UnsupportedModel` for others."""
    task = config.get("transformer_task") or "feature-extraction"
    for key, set_ in (("transformer_task", task != "feature-extraction"),
                      ("processing_kwargs", bool(config.get("processing_kwargs"))),
                      ("query_expansion", bool(config.get("query_expansion")) and route == "query")):  # fmt: skip
        if set_:
            raise files.not_read(name, f"{file} sets {key} = {config[key]!r}")
    modalities = files.field(config, "modality_config", dict, {}, file, name)
    if not modalities:
        return False
    text = modalities.get("text") or next(iter(modalities.values()))
    output = text.get("method_output_name") if isinstance(text, dict) else None
    method = text.get("method") if isinstance(text, dict) else None
    last = output[-1] if isinstance(output, list) and len(output) == 1 else output
    if (method, last) == _STATES:
        return False
    if method == _PROJECTED[0] and last in (_PROJECTED[1], None):
        return True
    if method == "get_image_features" and "text" not in modalities:
        return True
    raise files.not_read(name, f"{file} takes {output!r} of {method!r} as its output")
