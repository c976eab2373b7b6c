"""What a network answers that is no features: its failure on a text, or states that are none of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lit_hf.errors import UnsupportedModel
from lit_hf.runtime.memory import out_of_memory

if TYPE_CHECKING:
    from torch import Tensor

_FAILURES = (TypeError, AttributeError, ValueError, IndexError, KeyError, NotImplementedError, AssertionError)


@contextmanager
def explained(name: str, ids: Tensor) -> Iterator[None]:
    """Turn the failure of a forward pass on `ids` [n, tokens] into `UnsupportedModel`; want of memory stays itself."""
    try:
        yield
    except (RuntimeError, *_FAILURES) as error:
        if out_of_memory(error) or "CUDA" in str(error):
            raise
        shape = f"{ids.shape[0]} texts of {ids.shape[1]} tokens"
        why = " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__
        raise UnsupportedModel(name, f"its network fails on {shape} ({type(error).__name__}: {why})") from error


def check_states(name: str, states: Sequence[Tensor], ids: Tensor, width: int) -> None:
    """Raise `UnsupportedModel` when a hidden state has not `width` columns for each token of `ids` [n, tokens]."""
    for state in states:
        if tuple(state.shape) != (*ids.shape, width):
            wanted = f"{[*ids.shape, width]}: there is no one stream of states of tokens"
            raise UnsupportedModel(name, f"its hidden states are {list(state.shape)}, and should be {wanted}")


def check_pooled(name: str, pooled: Tensor, width: int) -> None:
    """Raise `UnsupportedModel` when a pooled output has not `width` columns."""
    if pooled.ndim != 2 or pooled.shape[-1] != width:
        raise UnsupportedModel(name, f"its pooled output is {list(pooled.shape)}, and {width} columns were expected")
