"""From token states [n, tokens, d] and a mask [n, tokens] to one vector: pure functions, for either padding side."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over real tokens, [n, d]."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


def cls(states: Tensor, mask: Tensor) -> Tensor:
    """Return the first real token, [n, d]."""
    return _at(states, mask.to(torch.int8).argmax(1))


def last(states: Tensor, mask: Tensor) -> Tensor:
    """Return the last real token, [n, d]: where the mask counts up to its total for the first time."""
    return _at(states, mask.cumsum(1).argmax(1))


def maximum(states: Tensor, mask: Tensor) -> Tensor:
    """Return the largest value over real tokens, [n, d]."""
    return states.masked_fill(mask.unsqueeze(-1) == 0, float("-inf")).max(1).values


def normalize(rows: Tensor) -> Tensor:
    """Return rows of length 1, as the Normalize module of sentence-transformers does."""
    return torch.nn.functional.normalize(rows, p=2, dim=-1)


POOLINGS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"mean": mean, "cls": cls, "last": last, "max": maximum}


def _at(states: Tensor, positions: Tensor) -> Tensor:
    return states[torch.arange(len(states), device=states.device), positions]
