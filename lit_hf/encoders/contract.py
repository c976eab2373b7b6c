"""What an encoder is, for the rooms that use one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, cast

import numpy as np

from lit_hf.errors import BadSetting
from lit_hf.runtime.inputs import Input, Text

__all__ = ["Encoded", "Encoder", "EncoderInfo", "Input", "Text", "EncodingPass", "texts_of"]


@dataclass(frozen=True)
class EncoderInfo:
    """What a reader of the result wants to know of an encoder; the `Encoder.key` is what the cache knows of it."""

    id: str
    revision: str | None
    kind: str
    """"checkpoint", "random twin", "raw input", "brought features" or "baseline features"."""
    architecture: str
    parameters: int
    dim: int
    layer: int | str | None
    """Index of the hidden state: 0 is the embedding layer; or the name of a blend of several."""
    pooling: str | None
    prompt: str
    max_tokens: int | None
    padding_side: str | None
    dtype: str
    sources: Mapping[str, str] = field(default_factory=dict)
    """For each resolved field, the file or rule that it came from."""
    looked_up: int = 0
    """Parameters of tables of embeddings: of these a token works with one row."""

    @property
    def working(self) -> int:
        """Return how many parameters work on each token: all but the tables of embeddings."""
        return self.parameters - self.looked_up


@dataclass(frozen=True)
class Encoded:
    """Feature `rows` of inputs, float32 [n, dim], in the order of the inputs, and how many were `truncated`."""

    rows: np.ndarray
    truncated: int
    halved: int = 0
    """Batches that did not fit into memory and were computed in parts."""
    entered: np.ndarray | None = None
    """uint64 [inputs]: a digest of what of each input the network got; None where that is the input itself."""


def texts_of(inputs: Sequence[Input]) -> Sequence[Text]:
    """Return inputs as texts or pairs; raise `BadSetting` when they are something else."""
    if any(not isinstance(value, str | tuple) for value in inputs):
        raise BadSetting("task", "of words, rows, images or sounds", "one of texts or pairs of texts for this encoder")
    return cast(Sequence[Text], inputs)


class EncodingPass(Protocol):
    """One pass over a stream, shard by shard, from its start."""

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of the next shard."""
        ...

    def skip(self, inputs: Sequence[Input]) -> None:
        """Pass over the next shard, whose features are known already."""
        ...


class Encoder(ABC):
    """Maps inputs to rows of features.

    Laws: `encode` is a pure function of its inputs and of `key` (bit for bit, on one type of machine); `twin` has the
    same pipeline, so the two arms differ by the weights alone. An encoder that `follows_stream` is a function of all
    inputs up to the end of the shard: its `walk` carries that state, and its features are addressed by the whole
    prefix.
    """

    stateful: ClassVar[bool] = False
    stored: ClassVar[bool] = True
    """False where features cost nothing to give again."""
    baseline_name: ClassVar[str] = "random_twin"
    """What `baselines` are, in the record's words."""
    no_baseline: ClassVar[str] = "there is nothing to compare it with"
    """Why there is no information transfer, where `baselines` are none."""

    @property
    @abstractmethod
    def key(self) -> Mapping[str, Any]:
        """Everything that determines the floats, as JSON; names, labels and versions of a checkpoint do not enter."""

    @property
    @abstractmethod
    def info(self) -> EncoderInfo:
        """What a reader wants to know."""

    @property
    @abstractmethod
    def dim(self) -> int:
        """Length of a row; `info.dim` is that of one layer."""

    @property
    def layers(self) -> Mapping[int, slice]:
        """For rows that hold several layers side by side: the columns of each, the result's layer last; else empty."""
        return {}

    @abstractmethod
    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of one shard of inputs."""

    def entered(self, inputs: Sequence[Input]) -> np.ndarray | None:
        """Return `Encoded.entered` of `inputs` without their features: cheap, and no weights are loaded for it."""
        return None

    def prefetch(self, inputs: Sequence[Input]) -> None:
        """Hear that `inputs` come after those that are encoded next, so as to prepare them meanwhile."""
        return

    @abstractmethod
    def twin(self, seed: int) -> Encoder:
        """Return the same encoder before any information got in: same configuration, fresh weights drawn by `seed`."""

    def baselines(self, count: int, seed: int) -> list[Encoder]:
        """Return what the encoder is compared with: `count` random twins, the same for each checkpoint; may be none."""
        return [self.twin(1000 * seed + number) for number in range(count)]

    @property
    def adapted_from(self) -> Encoder | None:
        """What this encoder was adapted from, read in the same way: the base of an adapter; else None."""
        return None

    def release(self) -> None:
        """Give back the memory of the weights; they are loaded anew when they are next needed."""
        return

    def walk(self) -> EncodingPass:
        """Start a pass over a stream; a pure encoder needs no state for it."""
        return _PureWalk(self)


class WithInfo(Encoder):
    """An encoder that holds its key and its info, and whose rows are of one layer."""

    _key: Mapping[str, Any]
    _info: EncoderInfo

    @property
    def key(self) -> Mapping[str, Any]:
        return self._key

    @property
    def info(self) -> EncoderInfo:
        return self._info

    @property
    def dim(self) -> int:
        return self._info.dim


@dataclass(frozen=True)
class _PureWalk:
    encoder: Encoder

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        return self.encoder.encode(inputs)

    def skip(self, inputs: Sequence[Input]) -> None:
        return None
