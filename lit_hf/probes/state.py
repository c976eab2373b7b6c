"""What learning changes in an object, as plain data: taken out, kept anywhere, and put back into a fresh object.

A state holds dictionaries, lists, numbers and tensors alone, no code: `torch.save` writes it and
`torch.load(..., weights_only=True)` reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor


class Stateful:
    """Has a state: the attributes named in `learned`, those of them that are there.

    An attribute is a tensor, a number or tuple of numbers, None, a random generator, another `Stateful`, or a sequence
    of these. A fresh object of the same arguments with the state restored goes on as the first one would.
    """

    learned: ClassVar[tuple[str, ...]] = ()

    def state(self) -> dict[str, Any]:
        """Return a copy of the state, which later learning leaves as it is."""
        return {name: _taken(getattr(self, name)) for name in self.learned if hasattr(self, name)}

    def restore(self, state: dict[str, Any]) -> None:
        """Become what the object was whose `state` this is; `state` itself stays as it is."""
        for name in self.learned:
            now = getattr(self, name, None)
            if name in state:
                if (new := _put(now, state[name])) is not now:
                    setattr(self, name, new)
            elif hasattr(self, name):
                delattr(self, name)


def _taken(value: Any) -> Any:
    if isinstance(value, Stateful):
        return value.state()
    if isinstance(value, Tensor):
        return _copy(value)
    if isinstance(value, Generator):
        return value.get_state()
    if isinstance(value, list | tuple):
        return [_taken(one) for one in value]
    return value


def _put(now: Any, kept: Any) -> Any:
    """Return what an attribute becomes that is `now`; objects with a state stay the same objects."""
    if isinstance(now, Stateful):
        now.restore(kept)
        return now
    if isinstance(now, Generator):
        now.set_state(kept.cpu())
        return now
    if isinstance(now, list | tuple) and _are_stateful(now):
        for one, state in zip(now, kept, strict=True):
            one.restore(state)
        return now
    if isinstance(kept, Tensor):
        return _copy(kept)
    return [_put(None, one) for one in kept] if isinstance(kept, list) else kept


def _are_stateful(values: Sequence[Any]) -> bool:
    return len(values) > 0 and all(isinstance(one, Stateful) for one in values)


def _copy(values: Tensor) -> Tensor:
    """Return a copy laid out in memory as `values` is: products of the same layout give the same floats."""
    return values.detach().clone(memory_format=torch.preserve_format)
