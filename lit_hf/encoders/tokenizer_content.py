"""What turns texts into ids, as an address: a tokeniser's files, class, settings and special tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.runtime.cache import digest_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

VERSION = 2
"""Version 1 knew of tokenisers written in Python their vocabulary alone, and of no tokeniser its class."""
_SET_PER_CALL = {"truncation", "padding"}
_NOT_IDS = {
    "cache", "name_or_path", "_in_target_context_manager", "model_max_length", "padding_side", "chat_template",
    "response_schema", "deprecation_warnings", "verbose", "_commit_hash", "processor_class", "auto_map",
    "clean_up_tokenization_spaces", "tokenizer_file", "response_template", "init_inputs", "backend", "is_local",
    "local_files_only", "files_loaded",
}  # fmt: skip
"""Of a tokeniser's attributes: where it lies, what is set per call, what decodes, and what grows while it is used."""
_DEEPEST = 12


def tokenizer_hash(tokenizer: PreTrainedTokenizerBase) -> str:
    """Return a hash of what turns texts into ids; truncation and padding, which are set per call, do not enter.

    A fast tokeniser is one state, which the class around it may change; one that is written in Python is all that its
    object holds, with the content of the files that it names. Code of a repository's own is hashed beside it.
    """
    kind = type(tokenizer)
    common = [
        VERSION, kind.__name__, tokenizer.truncation_side, list(tokenizer.model_input_names),
        _plain(tokenizer.special_tokens_map), sorted(tokenizer.all_special_ids), tokenizer.pad_token_id,
        bool(getattr(tokenizer, "split_special_tokens", False)),
    ]  # fmt: skip
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None:
        state = json.loads(backend.to_str())
        return digest_of([common, {name: part for name, part in state.items() if name not in _SET_PER_CALL}])
    return digest_of([common, tokenizer.get_vocab(), _plain(vars(tokenizer))])


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON that does not depend on where files lie or in which order a set is walked."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _file(value)
    if depth > _DEEPEST:
        return type(value).__name__
    if isinstance(value, Mapping):
        pairs = [[str(key), _plain(part, depth + 1)] for key, part in value.items() if str(key) not in _NOT_IDS]
        return sorted(pairs, key=lambda pair: pair[0])
    if isinstance(value, list | tuple):
        return [_plain(part, depth + 1) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(str(part) for part in value)
    return _opaque(value, depth)


def _file(text: str) -> str:
    """Return the hash of the file that a text names, else the text: merges and models are named, not held."""
    if not 0 < len(text) < 4096 or "\0" in text or "/" not in text.replace("\\", "/"):
        return text
    path = Path(text)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else text
    except OSError:
        return text


def _opaque(value: Any, depth: int) -> Any:
    """Return an object by its class and what it holds: a model of SentencePiece as it is written, a helper's fields."""
    name = type(value).__name__
    if hasattr(value, "serialized_model_proto"):
        return [name, hashlib.sha256(value.serialized_model_proto()).hexdigest()]
    if hasattr(value, "pattern") and hasattr(value, "flags"):
        return [name, str(value.pattern), int(value.flags)]
    held = getattr(value, "__dict__", None)
    return [name, _plain(held, depth + 1)] if isinstance(held, dict) and not isinstance(value, type) else name
