"""What tables call a dataset, a checkpoint, and the way it was read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any


def public_name(dataset: Mapping[str, Any]) -> str:
    """The dataset's Hub id; of a local file or folder the last part of its path only."""
    return str(dataset["id"]) if dataset["revision"] else PurePath(str(dataset["id"])).name


def display_name(dataset: Mapping[str, Any]) -> str:
    """The dataset with its configuration, for people."""
    return public_name(dataset) + (f" ({dataset['config']})" if dataset["config"] else "")


def reading(model: Mapping[str, Any]) -> str:
    """How a checkpoint was made to give features, in words."""
    if model["pooling"] is None:
        return f"brought features, {model['dtype']}"
    prompt = f", prompt `{cell(model['prompt'])}`" if model["prompt"] else ""
    limit = f", at most {model['max_tokens']} tokens" if model["max_tokens"] else ""
    return f"layer {model['layer']}, {model['pooling']} pooling{prompt}{limit}, {model['dtype']}"


def cell(text: object) -> str:
    """Text that breaks neither a table of Markdown nor a code span."""
    return str(text).replace("|", "\\|").replace("`", "'").replace("\n", " ")
