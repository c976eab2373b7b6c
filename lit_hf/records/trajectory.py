"""The published shape of a trajectory."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of `lit-hf trace --format json`."""
    text = resources.files("lit_hf").joinpath("records/schemas/trajectory-1.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
