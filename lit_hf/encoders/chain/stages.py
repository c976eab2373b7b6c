"""Modules that turn vectors into vectors: what each is without its weights, and a fresh network of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lit_hf.encoders.chain import files
from lit_hf.errors import UnsupportedModel

if TYPE_CHECKING:
    from torch import nn

SENTENCE, TOKENS = "sentence_embedding", "token_embeddings"
"""What a module reads and writes, by the library's names."""
_TANH = "torch.nn.modules.activation.Tanh"
_FLAGS = {"bias": True, "use_residual": False}


class Stage(ABC):
    """One module; two stages are equal when a random twin of both would be."""

    kind: ClassVar[str]
    weighted: ClassVar[bool] = False
    """Whether it has weights, which a twin draws anew."""

    @property
    @abstractmethod
    def key(self) -> list[Any]:
        """Everything but weights that decides the output, as JSON."""

    @abstractmethod
    def width(self, width: int, name: str) -> int:
        """Return how wide a row of `width` leaves it; raise `UnsupportedModel` for one that it cannot read."""

    @abstractmethod
    def fresh(self) -> nn.Module:
        """Return the network with weights as they are before training."""


@dataclass(frozen=True)
class Normalize(Stage):
    """Rows of length 1."""

    kind: ClassVar[str] = "Normalize"

    @property
    def key(self) -> list[Any]:
        return [self.kind]

    def width(self, width: int, name: str) -> int:
        return width

    def fresh(self) -> nn.Module:
        from lit_hf.encoders.chain.networks import Normalized

        return Normalized()


@dataclass(frozen=True)
class Truncate(Stage):
    """The first `dim` columns."""

    dim: int
    kind: ClassVar[str] = "Truncate"

    @property
    def key(self) -> list[Any]:
        return [self.kind, self.dim]

    def width(self, width: int, name: str) -> int:
        return min(width, self.dim)

    def fresh(self) -> nn.Module:
        from lit_hf.encoders.chain.networks import First

        return First(self.dim)


@dataclass(frozen=True)
class LayerNorm(Stage):
    """torch's LayerNorm over `dim` columns."""

    dim: int
    kind: ClassVar[str] = "LayerNorm"
    weighted: ClassVar[bool] = True

    @property
    def key(self) -> list[Any]:
        return [self.kind, self.dim]

    def width(self, width: int, name: str) -> int:
        return _fits(self.kind, width, self.dim, name, self.dim)

    def fresh(self) -> nn.Module:
        from lit_hf.encoders.chain.networks import Normed

        return Normed(self.dim)


@dataclass(frozen=True)
class Dense(Stage):
    """activation(W x + b), with x or a projection of it added where it is `residual`."""

    inputs: int
    outputs: int
    bias: bool
    activation: str
    """The name of a class of torch.nn, with its module."""
    residual: bool = False
    kind: ClassVar[str] = "Dense"
    weighted: ClassVar[bool] = True

    @property
    def key(self) -> list[Any]:
        return [self.kind, self.inputs, self.outputs, self.bias, self.activation, self.residual]

    def width(self, width: int, name: str) -> int:
        return _fits(self.kind, width, self.inputs, name, self.outputs)

    def fresh(self) -> nn.Module:
        from lit_hf.encoders.chain.networks import Projected

        return Projected(self.inputs, self.outputs, self.bias, self.activation, self.residual)


def read_dense(config: Mapping[str, Any], where: str, name: str) -> tuple[Dense, str]:
    """Return a Dense and what it reads; raise `UnsupportedModel` for fields or an activation that are not known."""
    inputs, outputs = (files.count(config, key, where, name) for key in ("in_features", "out_features"))
    if inputs is None or outputs is None:
        raise UnsupportedModel(name, f"{where} has no in_features and out_features")
    flags = {key: files.field(config, key, bool, default, where, name) for key, default in _FLAGS.items()}
    activation = files.field(config, "activation_function", str, _TANH, where, name)
    dense = Dense(inputs, outputs, flags["bias"], check_activation(activation, where, name), flags["use_residual"])
    return dense, reads(config, where, name)


def read_layer_norm(config: Mapping[str, Any], where: str, name: str) -> LayerNorm:
    """Return a LayerNorm; raise `UnsupportedModel` when its width is not said."""
    dim = files.count(config, "dimension", where, name)
    if dim is None:
        raise UnsupportedModel(name, f"{where} has no dimension")
    return LayerNorm(dim)


def reads(config: Mapping[str, Any], where: str, name: str) -> str:
    """Return what a module reads, and puts back; raise `UnsupportedModel` for other names than the two known ones."""
    source = config.get("module_input_name") or SENTENCE
    target = config.get("module_output_name") or source
    if source != target or source not in (SENTENCE, TOKENS):
        raise files.not_read(name, f"{where} reads {source!r} and writes {target!r}")
    return str(source)


def check_activation(dotted: str, where: str, name: str) -> str:
    """Return the dotted name of an activation of torch.nn; raise `UnsupportedModel` for another: it would be code."""
    from lit_hf.encoders.chain.networks import activation_class

    if activation_class(dotted) is None:
        raise files.not_read(name, f"{where} has the activation {dotted!r}, which is none of torch.nn without settings")
    return dotted


def _fits(kind: str, width: int, expected: int, name: str, found: int) -> int:
    if width != expected:
        raise UnsupportedModel(name, f"its {kind} reads {expected} columns, and {width} come before it")
    return found
