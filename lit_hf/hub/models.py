"""Checkpoints on the Hub that fit a description: one listing call, sizes and commits with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lit_hf.errors import BadSetting, LitError
from lit_hf.hub.connection import speaking
from lit_hf.runtime.transport import READING, patiently

if TYPE_CHECKING:
    from huggingface_hub import HfApi

EXPAND = ("safetensors", "sha", "gated", "config", "library_name", "pipeline_tag")
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}


@dataclass(frozen=True)
class Listed:
    """A checkpoint at a commit; `parameters` from its safetensors metadata; `skipped` says why it takes no part."""

    id: str
    revision: str
    parameters: int | None
    skipped: str | None

    @property
    def pinned(self) -> str:
        """The name with its commit."""
        return f"{self.id}@{self.revision}"


@dataclass(frozen=True)
class Query:
    """What to look for, in the Hub's own terms; `limit` is how many are listed."""

    filters: tuple[str, ...] = ()
    search: str | None = None
    author: str | None = None
    max_params: int | None = None
    limit: int = 20
    sort: str = "downloads"


def list_checkpoints(api: HfApi, query: Query) -> list[Listed]:
    """Return what the Hub lists, in its order; raises `LitError` when nothing fits or the Hub cannot be asked."""
    bound = None if query.max_params is None else f"max:{spell_count(query.max_params)}"

    def ask() -> list[Any]:
        with speaking("the list of models", reading=True):
            return list(
                api.list_models(
                    filter=list(query.filters) or None, search=query.search, author=query.author, num_parameters=bound,
                    sort=query.sort, limit=query.limit, expand=list(EXPAND),  # type: ignore[arg-type]
                )
            )  # fmt: skip

    entries = patiently(ask, READING)
    if not entries:
        raise LitError(
            "the Hub lists no checkpoint that fits.", "Try fewer words in `--search`, or a larger `--max-params`."
        )
    return [_listed(entry, query) for entry in entries]


def parse_count(text: str) -> int:
    """Return a number of parameters: `200M`, `1.5B`, `22000000`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMB]?)", text.strip().upper())
    if found is None:
        raise BadSetting("max-params", text, "a number such as 200M or 1.5B")
    return round(float(found[1]) * _UNITS[found[2]])


def spell_count(number: int) -> str:
    """Return a number of parameters as the Hub writes it, in the largest unit that is exact: `200M`."""
    unit = next(unit for unit in ("B", "M", "K", "") if number % _UNITS[unit] == 0)
    return f"{number // _UNITS[unit]}{unit}"


def _listed(entry: Any, query: Query) -> Listed:
    parameters = None if getattr(entry, "safetensors", None) is None else int(entry.safetensors.total)
    return Listed(entry.id, str(entry.sha), parameters, _reason(entry, parameters, query.max_params))


def _reason(entry: Any, parameters: int | None, largest: int | None) -> str | None:
    """Return why an entry takes no part, or None."""
    if getattr(entry, "sha", None) is None:
        return f"{entry.id} is listed without a commit, so it cannot be pinned: name it on the command line"
    if getattr(entry, "gated", False):
        return f"{entry.id} is gated: accept its conditions on the Hub, then name it on the command line"
    if largest is not None and parameters is None:
        return (
            f"{entry.id} is listed without a size (no safetensors weights, or a server that sends none), and "
            "--max-params needs one"
        )
    if largest is not None and parameters is not None and parameters > largest:
        return f"{entry.id} has {parameters:,} parameters, more than {largest:,}"
    return None


def names(listed: Sequence[Listed]) -> list[str]:
    """Return the pinned names of those that take part."""
    return [entry.pinned for entry in listed if entry.skipped is None]
