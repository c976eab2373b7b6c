"""What networks have in common, whatever they read: identity, layers side by side, late weights, random twins."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lit_hf.encoders.contract import EncoderInfo, WithInfo
from lit_hf.encoders.twin import random_model

if TYPE_CHECKING:
    from torch import nn

Line = TypeVar("Line", bound=Any)
"""A frozen dataclass of all that happens to an input besides weights; it has `config`, `kind`, `layers`, `device`."""


class Network(WithInfo, Generic[Line]):
    """A model of transformers behind a pipeline; the same pipeline serves a checkpoint and its twins.

    Weights are loaded by `make_model` at the first `encode`: a run that finds all features does not load them.
    """

    def __init__(
        self, pipeline: Line, key: Mapping[str, Any], info: EncoderInfo, make_model: Callable[[], nn.Module]
    ) -> None:
        self._pipeline, self._key, self._info, self._make_model = pipeline, dict(key), info, make_model

    @staticmethod
    @abstractmethod
    def placed(model: nn.Module, pipeline: Line) -> nn.Module:
        """Return the part of `model` that reads the input, ready on the pipeline's device."""

    @property
    def dim(self) -> int:
        return self._info.dim * max(1, len(self.layers))

    @property
    def layers(self) -> Mapping[int, slice]:
        width, layers = self._info.dim, self._pipeline.layers
        columns = {layer: slice(width * place, width * (place + 1)) for place, layer in enumerate(layers)}
        return columns if len(layers) > 1 else {}

    @property
    def device(self) -> str:
        """Where the forward passes run."""
        return str(self._pipeline.device)

    def random(self, seed: int) -> tuple[Line, dict[str, Any], EncoderInfo, Callable[[], nn.Module]]:
        """Return what a random twin is made of; of the checkpoint, its key holds the shape only."""
        layers = self._pipeline.layers
        pipeline = replace(self._pipeline, layers=layers[-1:] if self.layers else layers)
        info = replace(self._info, kind="random twin", id=f"random twin of {self._info.id}, seed {seed}", revision=None)
        key = {**self._key, "weights": f"random:{seed}", "layers": list(pipeline.layers)}
        return pipeline, key, info, lambda: self.placed(random_model(pipeline.config, seed, pipeline.kind), pipeline)

    def note(self, said: Mapping[str, str]) -> None:
        """Add to what a reader wants to know, for the record."""
        self._info = replace(self._info, sources={**self._info.sources, **said})

    def release(self) -> None:
        """Forget the weights."""
        self.__dict__.pop("_model", None)

    @cached_property
    def _model(self) -> nn.Module:
        return self._make_model()
