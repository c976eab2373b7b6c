"""Encoders of images and sounds: one forward pass over a few decoded inputs at a time, then pooling over positions."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.encoders.contract import Encoded, Input
from lit_hf.encoders.network import Network
from lit_hf.encoders.processors import Prepared, Processor
from lit_hf.encoders.quantised import moved
from lit_hf.encoders.towers import POOLER, PROJECTED, text_body
from lit_hf.errors import UnsupportedModel
from lit_hf.runtime.progress import telling
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PretrainedConfig

TOWERS = ("vision_model", "audio_model")
"""Where models of two media keep the half that reads images or sounds."""
ARGUMENTS = ("pixel_values", "input_features", "input_values")
"""The names by which networks take images and sounds."""


@dataclass(frozen=True)
class Pipeline:
    """All that happens to an input besides the weights: the same object serves a checkpoint and its twins."""

    front: Processor
    config: PretrainedConfig
    layers: tuple[int, ...]
    """Hidden states to pool, side by side in a row."""
    top: int
    pooling: str
    prefix: int
    """Positions before the first patch or frame: class token, registers."""
    dtype: str
    batch: int
    """Inputs that are decoded and embedded at a time."""
    threads: int
    device: str
    kind: Any = None
    """Class of a loaded network that is none of transformers' own."""
    code: str | None = None
    """Content of the repository's own code, where that runs."""


class MediaEncoder(Network[Pipeline]):
    """Decode, process, forward, pool: in fixed groups of `batch` inputs, so that memory does not grow with the data.

    Nothing is padded here: within a group, inputs of one shape share a forward pass. A fixed window that the extractor
    pads is pooled over its valid positions only.
    """

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of `inputs`, decoded a few at a time."""
        pipeline = self._pipeline
        rows = np.zeros((len(inputs), self.dim), dtype=np.float32)
        assert self._argument  # loads the weights, once, before the workers ask for them
        starts = range(0, len(inputs), pipeline.batch)
        units = [partial(self._fill, rows[a : a + pipeline.batch], inputs[a : a + pipeline.batch]) for a in starts]
        told = telling(units, [len(inputs[a : a + pipeline.batch]) for a in starts])
        cut = side_by_side(told, threads=pipeline.threads, workers=None if pipeline.device == "cpu" else 1)
        return Encoded(rows, sum(cut))

    def twin(self, seed: int) -> MediaEncoder:
        return MediaEncoder(*self.random(seed))

    @staticmethod
    def placed(model: nn.Module, pipeline: Pipeline) -> nn.Module:
        return place_body(model, pipeline.dtype, pipeline.device, pipeline.pooling == PROJECTED)

    @cached_property
    def _argument(self) -> str:
        return argument_of(self._model)

    def _fill(self, rows: np.ndarray, inputs: Sequence[Input]) -> int:
        """Put the features of a few inputs into their `rows`; return how many were cut."""
        prepared = [self._pipeline.front.prepare(value) for value in inputs]
        shapes: dict[tuple[int, ...], list[int]] = {}
        for place, each in enumerate(prepared):
            shapes.setdefault(each.values.shape, []).append(place)
        for places in shapes.values():
            rows[places] = self._forward([prepared[place] for place in places])
        return sum(each.truncated for each in prepared)

    def _forward(self, prepared: Sequence[Prepared]) -> np.ndarray:
        """Return the rows of inputs of one shape, float32 [n, dim]. Inference mode belongs to the thread."""
        import torch

        pipeline, model = self._pipeline, self._model
        dtype = getattr(torch, pipeline.dtype)
        values = torch.from_numpy(np.stack([each.values for each in prepared])).to(pipeline.device, dtype)
        deep = pipeline.layers != (pipeline.top,)
        with torch.inference_mode():
            output = model(**{self._argument: values}, output_hidden_states=deep)
            if pipeline.pooling in (POOLER, PROJECTED):
                found = output.pooler_output.flatten(1)
            else:
                states = [
                    output.last_hidden_state if layer == pipeline.top else output.hidden_states[layer]
                    for layer in pipeline.layers
                ]
                found = torch.cat([self._pool(each, [one.valid for one in prepared]) for each in states], dim=-1)
            return np.asarray(found.float().cpu().numpy())

    def _pool(self, states: Tensor, valid: Sequence[float]) -> Tensor:
        """Return [n, d] of [n, positions, d], or of maps [n, d, height, width]."""
        import torch

        from lit_hf.encoders.pooling import POOLINGS

        whole = states.float()
        flat = whole.flatten(2).transpose(1, 2) if whole.ndim == 4 else whole
        pooling, prefix, length = self._pipeline.pooling, self._pipeline.prefix, flat.shape[1]
        mask = torch.zeros(flat.shape[:2], dtype=torch.int64, device=flat.device)
        for row, share in enumerate(valid):
            mask[row, : max(1, ceil(share * length - 1e-6))] = 1  # a share of a whole number, back to it
        if pooling != "cls":
            mask[:, :prefix] = 0
        return POOLINGS[pooling](flat, mask)


def place_body(model: nn.Module, dtype: str, device: str, projected: bool = False) -> nn.Module:
    """Return what reads the medium, in evaluation mode, in `dtype` on `device`; with its projection if asked for."""
    import torch

    tower = media_body(model)
    body = with_projection(model, tower) if projected else tower
    return moved(model, body, getattr(torch, dtype), device).eval()


def with_projection(model: nn.Module, tower: nn.Module) -> nn.Module:
    """Return the tower with the projection of its pooled output into the space that two towers share."""
    from lit_hf.encoders.projected import ProjectedTower

    return ProjectedTower(tower, getattr(model, "visual_projection", None))


def check_reads_media(tower: nn.Module, name: str) -> None:
    """Raise `UnsupportedModel` when a body takes no image or sound."""
    accepted = list(inspect.signature(tower.forward).parameters)
    if not set(accepted) & set(ARGUMENTS):
        what = "texts" if "input_ids" in accepted else repr(accepted[0])
        reason = f"this checkpoint reads {what}, and the task's inputs are images or sounds"
        raise UnsupportedModel(name, reason, "Give a transformers encoder of images or of sounds.")


def media_body(model: nn.Module) -> nn.Module:
    """Return the tower for images or sounds of a model of two media, else the encoder half, else the model."""
    tower = next((getattr(model, name) for name in TOWERS if hasattr(model, name)), None)
    return tower if tower is not None else text_body(model)


def argument_of(model: nn.Module) -> str:
    """Return the name by which a body takes its input."""
    accepted = inspect.signature(model.forward).parameters
    return next(name for name in ARGUMENTS if name in accepted)
