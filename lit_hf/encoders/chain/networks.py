"""The networks of modules that turn vectors into vectors; their weights have the library's names."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import torch
from torch import Tensor, nn


class Normalized(nn.Module):
    """Rows of length 1."""

    def forward(self, rows: Tensor) -> Tensor:
        return nn.functional.normalize(rows, p=2, dim=-1)


class First(nn.Module):
    """The first `dim` columns."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, rows: Tensor) -> Tensor:
        return rows[..., : self.dim]


class Normed(nn.Module):
    """LayerNorm."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)

    def forward(self, rows: Tensor) -> Tensor:
        return self.norm(rows)  # type: ignore[no-any-return]


class Projected(nn.Module):
    """activation(W x + b), plus x, or a projection of it where the widths differ, if `residual`."""

    def __init__(self, inputs: int, outputs: int, bias: bool, activation: str, residual: bool) -> None:
        super().__init__()
        found = activation_class(activation)
        assert found is not None  # checked when the file was read
        self.activation_function = found()
        self.linear = nn.Linear(inputs, outputs, bias=bias)
        self.added = residual
        if residual and inputs != outputs:
            self.residual = nn.Linear(inputs, outputs, bias=False)

    def forward(self, rows: Tensor) -> Tensor:
        found: Tensor = self.activation_function(self.linear(rows))
        if not self.added:
            return found
        return found + (self.residual(rows) if hasattr(self, "residual") else rows)


def activation_class(dotted: str) -> Callable[[], nn.Module] | None:
    """Return the activation of torch.nn of this name that needs no setting, or Identity; None for anything else.

    Nothing is imported by name: a checkpoint would choose code.
    """
    short = dotted.rpartition(".")[2]
    found = getattr(nn.modules.activation, short, nn.Identity if short == "Identity" else None)
    if not (inspect.isclass(found) and issubclass(found, nn.Module)):
        return None
    names = {f"{found.__module__}.{short}", f"torch.nn.{short}", f"torch.nn.modules.{short}"}
    needed = [each for each in list(inspect.signature(found).parameters.values()) if each.default is each.empty]
    plain = not [each for each in needed if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    return found if dotted in names and plain and found is not torch.nn.MultiheadAttention else None
