"""How a checkpoint wants to be used: pooling, prompt, truncation, normalisation, read from its own files.

Every field notes where it came from. The user's choice comes first, then the sentence-transformers files, then the
model's README (only for a prompt that it demands), then the tokeniser and configuration, then a stated default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.errors import UnsupportedModel

POOLING_MODES = {"mean": "mean", "cls": "cls", "max": "max", "lasttoken": "last"}
_POOLING_FLAGS = {
    "pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "last", "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
}  # fmt: skip
_KNOWN_MODULES = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True)
class Declared:
    """What the files of a folder say; None where they say nothing."""

    weights: Path
    """The folder of the transformer itself."""
    pooling: str | None
    normalize: bool
    lower_case: bool
    max_tokens: int | None
    prompt: str
    prompts: Mapping[str, str]
    sources: Mapping[str, str]


def read_declared(folder: Path, name: str) -> Declared:
    """Read a checkpoint's folder, with or without sentence-transformers files.

    Raises `UnsupportedModel` when its modules do more than transform, pool and normalise: to leave one out misranks it.
    """
    modules = _modules(folder, name)
    weights = folder / modules.get("Transformer", "")
    sentence, sentence_file = _sentence_config(weights)
    pooling, pooling_file = _pooling(folder, modules, name)
    prompts, prompt, prompt_source = _prompts(folder)
    if _excludes_prompt(folder, modules) and prompt:
        raise UnsupportedModel(name, "its pooling leaves out the prompt's tokens, which is not supported")
    sources = {
        "pooling": pooling_file,
        "max_tokens": sentence_file,
        "prompt": prompt_source,
        "normalize": "modules.json",
    }
    return Declared(
        weights=weights, pooling=pooling, normalize="Normalize" in modules, prompt=prompt, prompts=prompts,
        lower_case=bool(sentence.get("do_lower_case")), max_tokens=sentence.get("max_seq_length"), sources=sources,
    )  # fmt: skip


def _modules(folder: Path, name: str) -> dict[str, str]:
    """Return {short type: path} of modules.json, empty for a plain transformers folder."""
    listed = _read_json(folder / "modules.json") or []
    modules = {str(module["type"]).rsplit(".", 1)[-1]: str(module["path"]) for module in listed}
    unknown = [kind for kind in modules if kind not in _KNOWN_MODULES]
    if unknown:
        raise UnsupportedModel(name, f"its modules.json has {', '.join(unknown)}, which is not supported")
    return modules


def _sentence_config(weights: Path) -> tuple[dict[str, Any], str]:
    for name in ("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlm-roberta_config.json"):
        found = _read_json(weights / name)
        if isinstance(found, dict):
            return found, name
    return {}, ""


def _pooling(folder: Path, modules: Mapping[str, str], name: str) -> tuple[str | None, str]:
    if "Pooling" not in modules:
        return None, ""
    file = f"{modules['Pooling']}/config.json"
    config = _read_json(folder / file) or {}
    mode = config.get("pooling_mode")
    modes = [mode] if isinstance(mode, str) else [plain for flag, plain in _POOLING_FLAGS.items() if config.get(flag)]
    if len(modes) != 1 or modes[0] not in {*POOLING_MODES, *POOLING_MODES.values()}:
        raise UnsupportedModel(name, f"its pooling is {' + '.join(map(str, modes)) or 'not stated'}")
    return POOLING_MODES.get(modes[0], modes[0]), file


def _excludes_prompt(folder: Path, modules: Mapping[str, str]) -> bool:
    config = _read_json(folder / modules.get("Pooling", "") / "config.json") if "Pooling" in modules else None
    return isinstance(config, dict) and config.get("include_prompt") is False


def _prompts(folder: Path) -> tuple[dict[str, str], str, str]:
    """Return (named prompts, the prompt to use, where it came from)."""
    config = _read_json(folder / "config_sentence_transformers.json") or {}
    prompts = {str(key): str(value) for key, value in (config.get("prompts") or {}).items()}
    default = config.get("default_prompt_name")
    if default is not None and default in prompts:
        return prompts, prompts[default], f"config_sentence_transformers.json: {default}"
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    demanded = re.search(r"start with\s+[\"'`](query: )[\"'`]", text)  # the words of the e5 family's cards
    if demanded:
        return prompts, demanded.group(1), "README.md"
    named = ", ".join(key for key, value in prompts.items() if value)
    return prompts, "", f"none is the default of {named}" if named else "the checkpoint names none"


def _read_json(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnsupportedModel(str(path), f"{path.name} is not JSON") from error
