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


def mean_sqrt_len(states: Tensor, mask: Tensor) -> Tensor:
    """Return the sum over real tokens, divided by the square root of their number, [n, d]."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1).sqrt()


def weightedmean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over real tokens, the first column of the batch with weight 1, the second with 2, ... [n, d].

    So later tokens of a decoder, which have seen more, weigh more (Muennighoff 2022, SGPT). Padding is on the right.
    """
    places = torch.arange(1, states.shape[1] + 1, device=states.device, dtype=states.dtype)
    weights = mask.unsqueeze(-1).to(states.dtype) * places[None, :, None]
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


def pool(states: Tensor, mask: Tensor, modes: str) -> Tensor:
    """Return the poolings of `modes`, joined by "+", side by side, [n, d times modes]; 0 where no token is real."""
    found = [POOLINGS[mode](states, mask) for mode in modes.split("+")]
    rows = found[0] if len(found) == 1 else torch.cat(found, dim=-1)
    return rows.masked_fill(~mask.bool().any(1, keepdim=True), 0.0)


def normalize(rows: Tensor) -> Tensor:
    """Return rows of length 1, as the Normalize module of sentence-transformers does."""
    return torch.nn.functional.normalize(rows, p=2, dim=-1)


POOLINGS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mean": mean, "cls": cls, "last": last, "max": maximum, "mean_sqrt_len": mean_sqrt_len,
    "weightedmean": weightedmean,
}  # fmt: skip


def _at(states: Tensor, positions: Tensor) -> Tensor:
    return states[torch.arange(len(states), device=states.device), positions]
