"""From modules in their order to what a pipeline does: states of tokens, one pooling, and what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lit_hf.encoders.chain.files import not_read
from lit_hf.encoders.chain.pooled import Pooled
from lit_hf.encoders.chain.stages import SENTENCE, TOKENS, Normalize, Stage, Truncate
from lit_hf.errors import UnsupportedModel


@dataclass(frozen=True)
class Head:
    """The modules around the pooling, without their weights: a checkpoint and its twins share it."""

    tokens: tuple[Stage, ...] = ()
    """What changes the states of tokens."""
    after: tuple[Stage, ...] = ()
    """What changes a pooled row."""

    def __bool__(self) -> bool:
        return bool(self.tokens or self.after)

    @property
    def key(self) -> list[Any]:
        """What of it decides features, as JSON."""
        return [[stage.key for stage in part] for part in (self.tokens, self.after)]

    @property
    def names(self) -> str:
        """The modules' kinds in their order, for a reader."""
        return ", ".join(stage.kind for stage in (*self.tokens, *self.after))

    def width(self, hidden: int, pooled: int, name: str) -> int:
        """Return the length of a row of `pooled` vectors of `hidden` columns side by side.

        Raises `UnsupportedModel` when a module does not fit the one before it.
        """
        for stage in self.tokens:
            hidden = stage.width(hidden, name)
        width = hidden * pooled
        for stage in self.after:
            width = stage.width(width, name)
        return width


@dataclass(frozen=True)
class Piece:
    """A module: an entry or a pooling by name, or a stage with what it `reads` and where its weights are."""

    kind: str
    stage: Stage | None = None
    reads: str = SENTENCE
    pooled: Pooled | None = None
    weights: Any = None
    """A folder, or a loaded module."""


@dataclass(frozen=True)
class Arranged:
    """The first module, the pooling that the chain states (or None), the head, and the weights of its stages."""

    entry: str
    pooled: Pooled | None
    head: Head
    weights: tuple[Any, ...]
    """One for each stage, those of the tokens first."""


def arrange(pieces: Sequence[Piece], states: bool, name: str) -> Arranged:
    """Return the chain; `states`: the first module gives states of tokens and not a vector already.

    Raises `UnsupportedModel` for an order that lit-hf does not read.
    """
    if not pieces or pieces[0].kind not in ENTRIES:
        raise not_read(name, f"its modules are {_spoken(pieces)}, and none of {', '.join(ENTRIES)} is the first")
    pooled = [each for each in pieces if each.pooled is not None]
    if len(pooled) > int(states):
        raise not_read(name, f"its modules are {_spoken(pieces)}: {len(pooled)} poolings")
    place = pieces.index(pooled[0]) if pooled else 0
    tokens = [each for each in pieces[1:place] if each.stage is not None]
    after = [each for each in pieces[place + 1 :] if each.stage is not None]
    strange = [each for each in tokens if each.reads != TOKENS] + [each for each in after if each.reads != SENTENCE]
    if strange or any(each.kind in ENTRIES for each in pieces[1:]):
        raise not_read(name, f"its modules are {_spoken(pieces)}, in an order that lit-hf does not read")
    head = Head(*(tuple(each.stage for each in part if each.stage) for part in (tokens, after)))
    return Arranged(
        pieces[0].kind, pooled[0].pooled if pooled else None, head, tuple(each.weights for each in (*tokens, *after))
    )


ENTRIES = ("Transformer", "StaticEmbedding", "CLIPModel")
"""What can stand first."""


def settle(head: Head, width: int, truncate_dim: int | None) -> tuple[Head, bool]:
    """Return the head with the cut of `truncate_dim` at its end, and whether rows are normalised and nothing more.

    `width` is that of a row without the cut. Normalisation alone is no head: it suits any layer and any pooling.
    """
    after = head.after
    if truncate_dim is not None and truncate_dim < width:
        return replace(head, after=(*after, Truncate(truncate_dim))), False
    return (replace(head, after=()), True) if normalises(head) else (head, False)


def normalises(head: Head) -> bool:
    """True when normalisation is all that follows the pooling."""
    return bool(head.after) and all(isinstance(stage, Normalize) for stage in head.after)


def check_fixed(head: Head, name: str) -> None:
    """Raise `UnsupportedModel` for a head before a pooling that a chain without states cannot have."""
    if head.tokens:
        raise UnsupportedModel(name, f"its {head.names} reads states of tokens, and there are none")


def _spoken(pieces: Sequence[Piece]) -> str:
    return ", ".join(each.kind for each in pieces) or "none"
