"""Text encoders of transformers: encoders, encoder halves, and decoder-only models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.encoders.batching import pad_right, plan_batches
from lit_hf.encoders.contract import Encoded, EncoderInfo, Input, texts_of
from lit_hf.encoders.gather import Ahead, Gathered, send
from lit_hf.encoders.network import Network
from lit_hf.encoders.quantised import moved
from lit_hf.encoders.tokenizing import Tokens, tokenize, tokenize_words
from lit_hf.runtime.inputs import Words, rows_of
from lit_hf.runtime.memory import BatchSplitter, offload_folder, spread
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PretrainedConfig, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Pipeline:
    """All that happens to a text besides the weights: the same object serves a checkpoint and its twins."""

    tokenizer: PreTrainedTokenizerBase
    config: PretrainedConfig
    prompt: str
    lower_case: bool
    max_tokens: int
    layers: tuple[int, ...]
    """Hidden states to pool, side by side in a row; 0 is the embedding layer. One forward pass gives them all."""
    pooling: str
    normalize: bool
    dtype: str
    batch_tokens: int
    threads: int
    device: str
    spread: bool = False
    """Whether the model's modules lie on all devices of the machine, for one that is larger than each."""


class TextEncoder(Network[Pipeline]):
    """Tokenise once, sort by length, forward in token-budget batches, pool; rows come back in input order.

    Padding is always on the right: positions then are those of the unpadded text in every architecture, and a causal
    model's tokens never see it.
    """

    def __init__(
        self, pipeline: Pipeline, key: Mapping[str, Any], info: EncoderInfo, make_model: Callable[[], nn.Module]
    ) -> None:
        super().__init__(pipeline, key, info, make_model)
        self._base: TextEncoder | None = None
        self._memory = BatchSplitter()
        self._ahead = Ahead(self._tokenize)

    @property
    def adapted_from(self) -> TextEncoder | None:
        return self._base

    def on(self, base: TextEncoder) -> TextEncoder:
        """Say what this encoder was adapted from; return it."""
        self._base = base
        return self

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of `inputs`; batches are planned over all of them."""
        pipeline = self._pipeline
        tokens = self._ahead.take(inputs)
        starts = np.cumsum([0, *map(rows_of, inputs)])
        batches = plan_batches([len(each) for each in tokens.ids], pipeline.batch_tokens)
        rows = Gathered(int(starts[-1]), self.dim)
        assert self._accepted  # loads the weights, once, before the workers ask for them
        units = [partial(self._run, rows, starts, tokens, batch) for batch in batches]
        alone = pipeline.device != "cpu" or pipeline.spread
        side_by_side(units, threads=pipeline.threads, workers=1 if alone else None)
        return Encoded(rows.rows(), tokens.truncated, self._memory.take_halved())

    def prefetch(self, inputs: Sequence[Input]) -> None:
        """Tokenise `inputs` while the present ones are computed."""
        self._ahead.start(inputs)

    def twin(self, seed: int) -> TextEncoder:
        """Return the random twin, which has weights of its own even where the encoder is a live one."""
        return TextEncoder(*self.random(seed))

    @staticmethod
    def placed(model: nn.Module, pipeline: Pipeline) -> nn.Module:
        return place_model(model, pipeline)

    def no_gradients(self) -> AbstractContextManager[Any]:
        """Return the context of a forward pass."""
        import torch

        return torch.inference_mode()

    @cached_property
    def _accepted(self) -> frozenset[str]:
        return frozenset(inspect.signature(self._model.forward).parameters)

    def _tokenize(self, inputs: Sequence[Input]) -> Tokens:
        pipeline = self._pipeline
        sentences = [value for value in inputs if isinstance(value, Words)]
        if sentences:
            return tokenize_words(pipeline.tokenizer, sentences, pipeline.max_tokens, pipeline.lower_case)
        texts = texts_of(inputs)
        return tokenize(pipeline.tokenizer, texts, pipeline.prompt, pipeline.max_tokens, pipeline.lower_case)

    def _run(self, rows: Gathered, starts: np.ndarray, tokens: Tokens, batch: np.ndarray) -> None:
        """Fill the rows of one batch, in halves of the same width where memory does not suffice."""
        width = max(len(tokens.ids[index]) for index in batch)
        self._memory.run(lambda part: self._fill(rows, starts, tokens, part, width), batch, width)

    def _fill(self, rows: Gathered, starts: np.ndarray, tokens: Tokens, batch: np.ndarray, width: int = 1) -> None:
        """Put the features of one batch in their `rows`, those of input i from `starts[i]` on.

        Inference mode belongs to the thread that sets it. A word without a token keeps its row of zeros.
        """
        import torch

        with self.no_gradients():
            states, mask = self._forward(tokens, batch, width)
            if tokens.words is None:
                rows.put(batch, self._pool(states, mask))
                return
            first = [np.array(tokens.words[index]) for index in batch]
            has = [np.flatnonzero(each >= 0) for each in first]
            place = np.repeat(np.arange(len(batch)), [len(each) for each in has])
            token = np.concatenate([each[words] for each, words in zip(first, has, strict=True)])
            where = np.concatenate([starts[index] + words for index, words in zip(batch, has, strict=True)])
            rows.put(where, torch.cat([each[place, token].float() for each in states], dim=-1))

    def _forward(self, tokens: Tokens, batch: np.ndarray, width: int) -> tuple[list[Tensor], Tensor]:
        """Return the hidden states of one batch, each [n, tokens, d], and its mask [n, tokens]; tokens >= `width`."""
        fill = self._pipeline.tokenizer.pad_token_id
        ids = [tokens.ids[index] for index in batch]
        arrays = {
            "input_ids": pad_right(ids, 0 if fill is None else fill, width),
            "attention_mask": pad_right([[1] * len(each) for each in ids], 0, width),
        }
        if tokens.segments is not None and "token_type_ids" in self._accepted:
            arrays["token_type_ids"] = pad_right([tokens.segments[index] for index in batch], 0, width)
        tensors = {name: send(array, self._pipeline.device) for name, array in arrays.items()}
        states = self._states(tensors)
        return states, tensors["attention_mask"].to(states[0].device)

    def _states(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """Return the chosen hidden states, each [n, tokens, d]; the last one alone needs none of the others kept."""
        top = int(self._pipeline.config.num_hidden_layers)
        deep = self._pipeline.layers != (top,)
        cache = {"use_cache": False} if "use_cache" in self._accepted else {}
        output = self._model(**tensors, **cache, output_hidden_states=deep)
        return [
            output.last_hidden_state if layer == top else output.hidden_states[layer] for layer in self._pipeline.layers
        ]

    def _pool(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        import torch

        from lit_hf.encoders.pooling import POOLINGS, normalize

        rows = [POOLINGS[self._pipeline.pooling](each.float(), mask) for each in states]
        return torch.cat([normalize(each) for each in rows] if self._pipeline.normalize else rows, dim=-1)


def place_model(model: nn.Module, pipeline: Pipeline) -> nn.Module:
    """Return the model's text body, in evaluation mode, in the pipeline's dtype on its device, or on all of them."""
    import torch

    body, dtype = text_body(model), getattr(torch, pipeline.dtype)
    if not pipeline.spread:
        return moved(model, body, dtype, pipeline.device).eval()
    if getattr(model, "hf_device_map", None) is not None:  # spread while it was loaded
        return body.eval()
    return spread(body.to(dtype=dtype).eval(), offload_folder())


def text_body(model: nn.Module) -> nn.Module:
    """Return what reads the text: of an encoder-decoder, the encoder."""
    body: nn.Module = model.encoder if has_decoder(model) else model  # type: ignore[assignment]
    return body


def has_decoder(model: nn.Module) -> bool:
    """True for two halves; the configuration of a checkpoint that has the encoder alone does not say so."""
    return hasattr(model, "encoder") and hasattr(model, "decoder")
