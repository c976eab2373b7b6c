"""How large a network is, and how much of it works on each token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class BodySize:
    """How many `parameters` a body has; those of its tables of embeddings, `looked_up`, are among them."""

    parameters: int
    looked_up: int


def size_of_body(body: nn.Module) -> BodySize:
    """Return how large a body is; a table that is used twice counts once."""
    from torch import nn

    tables = {id(each.weight): each.weight.numel() for each in body.modules() if isinstance(each, nn.Embedding)}
    return BodySize(sum(parameter.numel() for parameter in body.parameters()), sum(tables.values()))
