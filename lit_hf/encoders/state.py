"""What a network keeps between calls besides its weights, and how it is put back."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

_PLAIN = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class State:
    """Of each module: its plain attributes, and the modules below it, which BigBird exchanges for others."""

    kept: list[tuple[nn.Module, dict[str, Any], dict[str, nn.Module | None]]]

    @classmethod
    def of(cls, model: nn.Module) -> State:
        """Note the state of all modules as they are now."""
        return cls([(each, _plain(each), dict(each._modules)) for each in model.modules()])

    def put_back(self) -> None:
        """Give every module the attributes and the parts that it had."""
        for module, plain, parts in self.kept:
            module.__dict__.update(plain)
            module._modules.clear()
            module._modules.update(parts)


def _plain(module: nn.Module) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if isinstance(value, _PLAIN)}


def float32_copy(model: nn.Module) -> nn.Module:
    """Return a copy in float32."""
    return copy.deepcopy(model).float()
