"""The Pooling module: which modes, side by side, and whether the prompt's tokens are among what is pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lit_hf.encoders.chain import files

MODES = {
    "cls": "cls", "max": "max", "mean": "mean", "mean_sqrt_len_tokens": "mean_sqrt_len", "weightedmean": "weightedmean",
    "lasttoken": "last",
}  # fmt: skip
"""The library's names, in the order in which it puts several of them side by side, and lit-hf's."""
_FLAGS = {
    "pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max", "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}  # fmt: skip
"""How older versions wrote them, in the same order."""


@dataclass(frozen=True)
class Pooled:
    """`modes`, lit-hf's names joined by "+"; `include_prompt`: whether the prompt's tokens are pooled with the rest."""

    modes: str
    include_prompt: bool = True


def read_pooling(config: Mapping[str, Any], where: str, name: str) -> Pooled:
    """Return what a configuration says; raise `UnsupportedModel` for modes that are not known."""
    modes = config.get("pooling_mode")
    if modes is None:
        strange = [key for key, on in config.items() if key.startswith("pooling_mode_") and on and key not in _FLAGS]
        found: Sequence[Any] = strange or [mode for flag, mode in _FLAGS.items() if config.get(flag)] or ["mean"]
    else:
        found = modes if isinstance(modes, list | tuple) and modes else [modes]
    include = bool(files.field(config, "include_prompt", bool, True, where, name))
    return Pooled(join_modes(found, name), include)


def join_modes(modes: Sequence[Any], name: str) -> str:
    """Return the library's modes by lit-hf's names; raise `UnsupportedModel` for others."""
    if not all(isinstance(mode, str) and mode in MODES for mode in modes):
        raise files.not_read(name, f"its pooling is {' + '.join(map(str, modes))}, which lit-hf does not know")
    return "+".join(MODES[mode] for mode in modes)
