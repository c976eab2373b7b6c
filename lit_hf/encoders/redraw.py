"""Fresh weights for a loaded model whose modules are known by their classes alone."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from lit_hf.runtime.seeding import forked

if TYPE_CHECKING:
    from torch import nn


def redrawn(model: nn.Module, seed: int) -> nn.Module | None:
    """Return `model` with all weights drawn anew by `seed`, as their classes draw them; None where one has no way.

    Networks of transformers are made from their configuration; torch's own modules reset themselves. A parameter that
    belongs to neither, such as one that a class sets by hand, makes a twin impossible.
    """
    from transformers import PreTrainedModel

    with forked(seed):
        drawn = set[int]()
        for part in list(model.modules()):
            whole = isinstance(part, PreTrainedModel)
            own = list(part.parameters(recurse=whole))
            if any(id(each) in drawn for each in own) or not own:
                continue
            if whole:
                part.load_state_dict(_fresh(part).state_dict())
            else:
                reset: Any = getattr(part, "reset_parameters", None)
                if reset is None:
                    return None
                reset()
            drawn |= {id(each) for each in own}
    return model


def _fresh(part: Any) -> nn.Module:
    found: nn.Module = type(part)._from_config(copy.deepcopy(part.config))
    return found.to(next(part.parameters()).device)
