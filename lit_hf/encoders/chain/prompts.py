"""The text before each input: the configuration's named prompts, its default, or one that the card demands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lit_hf.encoders.chain import files
from lit_hf.errors import UnsupportedModel

CONFIG = "config_sentence_transformers.json"
_ROUTES = ("query", "document")
"""Routes whose prompt is that of their name, or none: so do the library's `encode_query` and `encode_document`."""


@dataclass(frozen=True)
class Prompts:
    """The prompt to use, where it came from, and all that have a name."""

    prompt: str = ""
    source: str = "the checkpoint names none"
    named: Mapping[str, str] = field(default_factory=dict)


def read_prompts(folder: Path, route: str | None, name: str) -> Prompts:
    """Return what the files of a folder say; raise `UnsupportedModel` for prompts that are no texts."""
    config = files.read_mapping(folder / CONFIG, name)
    written = files.field(config, "prompts", dict, {}, CONFIG, name)
    default = files.field(config, "default_prompt_name", str, None, CONFIG, name)
    readme = folder / "README.md"
    card = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    return choose_prompt(written, default, route, CONFIG, name, card)


def choose_prompt(
    written: Mapping[str, Any], default: str | None, route: str | None, where: str, name: str, card: str = ""
) -> Prompts:
    """Return the prompt of the asked route, else the default one, else the one that the card demands, else none."""
    strange = [key for key, value in written.items() if value is not None and not isinstance(value, str)]
    if strange:
        raise UnsupportedModel(name, f"the prompt {strange[0]!r} in {where} is no text")
    named = {str(key): value or "" for key, value in written.items()}
    if route in _ROUTES:
        return Prompts(named.get(route, ""), f"{where}: {route if route in named else 'none'}, for the route", named)
    if default is not None and default in named:
        return Prompts(named[default], f"{where}: {default}", named)
    demanded = re.search(r"start with\s+[\"'`](query: )[\"'`]", card)  # the words of the e5 family's cards
    if demanded:
        return Prompts(demanded.group(1), "README.md", named)
    spoken = ", ".join(key for key, value in named.items() if value)
    return Prompts("", f"none is the default of {spoken}" if spoken else "the checkpoint names none", named)
