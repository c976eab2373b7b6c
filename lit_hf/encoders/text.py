"""Text encoders of transformers: encoders, encoder halves, and decoder-only models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.encoders.answers import check_pooled, check_states, explained
from lit_hf.encoders.batching import pad_right, plan_batches
from lit_hf.encoders.chain.arrange import Head
from lit_hf.encoders.contract import Encoded, EncoderInfo, Input, texts_of
from lit_hf.encoders.gather import Ahead, Gathered, send
from lit_hf.encoders.network import Network
from lit_hf.encoders.quantised import moved
from lit_hf.encoders.state import State, float32_copy
from lit_hf.encoders.tokenizing import Tokens, tokenize, tokenize_words
from lit_hf.encoders.towers import POOLER, PROJECTED, state_width, text_body, text_config, text_projection
from lit_hf.encoders.vocabulary import Known, count_known, unknown_token
from lit_hf.runtime.inputs import Words, rows_of
from lit_hf.runtime.memory import BatchSplitter, offload_folder, spread
from lit_hf.runtime.progress import telling
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

    from lit_hf.encoders.chain.weights import HeadNet


@dataclass(frozen=True)
class Passed:
    """What a forward pass gives: hidden `states`, each [n, tokens, d], their `mask` [n, tokens], `pooled` [n, k]."""

    states: list[Tensor]
    mask: Tensor
    pooled: Tensor | None


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
    head: Head = field(default_factory=Head)
    """Modules around the pooling, as sentence-transformers has them."""
    width: int = 0
    """Columns of one layer's row."""
    left_out: int = 0
    """Tokens at the beginning, those of the prompt, that are not pooled."""
    kind: Any = None
    """Class of a loaded network that is none of transformers' own."""
    code: str | None = None
    """Content of the repository's own code, where that runs: a twin runs it too."""
    equal_lengths: bool = False
    """Whether texts of equal length alone share a pass: for networks whose outputs padding changes."""
    restores: bool = False
    """Whether the network's state is put back before each pass."""
    fixed: int = 0
    """Tokens that each text is filled up to, without telling the network what is padding; 0 for none."""
    blend: bool = False
    """Whether a row is the last layer and the mean of all `layers`, in place of these side by side."""


class TextEncoder(Network[Pipeline]):
    """Tokenise once, sort by length, forward in token-budget batches, pool; rows come back in input order.

    Padding is always on the right: positions then are those of the unpadded text in every architecture, and a causal
    model's tokens never see it.
    """

    def __init__(
        self, pipeline: Pipeline, key: Mapping[str, Any], info: EncoderInfo, make_model: Callable[[], nn.Module],
        make_head: Callable[[], HeadNet] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(pipeline, key, info, make_model)
        self._make_head = make_head
        self._base: TextEncoder | None = None
        self._memory = BatchSplitter()
        self._ahead = Ahead(self._tokenize)

    @property
    def layers(self) -> Mapping[int, slice]:
        return {} if self._pipeline.blend else super().layers

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
        batches = plan_batches([len(each) for each in tokens.ids], pipeline.batch_tokens, pipeline.equal_lengths)
        rows = Gathered(int(starts[-1]), self.dim)
        assert self._accepted  # loads the weights, once, before the workers ask for them
        units = [partial(self._run, rows, starts, tokens, batch) for batch in batches]
        alone = pipeline.device != "cpu" or pipeline.spread or pipeline.restores
        told = telling(units, [len(batch) for batch in batches])
        side_by_side(told, threads=pipeline.threads, workers=1 if alone else None)
        return Encoded(rows.rows(), tokens.truncated, self._memory.take_halved(), tokens.digests())

    def entered(self, inputs: Sequence[Input]) -> np.ndarray:
        return self.tokens_of(inputs).digests()

    def prefetch(self, inputs: Sequence[Input]) -> None:
        """Tokenise `inputs` while the present ones are computed."""
        self._ahead.start(inputs)

    def twin(self, seed: int) -> TextEncoder:
        """Return the random twin, which has weights of its own even where the encoder is a live one."""
        head = self._pipeline.head
        return TextEncoder(*self.random(seed), partial(_fresh, head, seed) if head else None)

    def release(self) -> None:
        super().release()
        self.__dict__.pop("_head", None)
        self.__dict__.pop("_state", None)

    @staticmethod
    def placed(model: nn.Module, pipeline: Pipeline) -> nn.Module:
        return place_model(model, pipeline)

    def no_gradients(self) -> AbstractContextManager[Any]:
        """Return the context of a forward pass."""
        import torch

        return torch.inference_mode()

    def copy_of_network(self) -> nn.Module:
        """Return a copy of the network in float32 that may learn, without dropout; modules around it are left out."""
        return float32_copy(self._model).eval().requires_grad_(True)

    @cached_property
    def _head(self) -> HeadNet | None:
        return None if self._make_head is None else self._make_head().to(self._pipeline.device)

    @property
    def pipeline(self) -> Pipeline:
        """What happens to a text besides the weights."""
        return self._pipeline

    def tokens_of(self, inputs: Sequence[Input]) -> Tokens:
        """Return the tokens of `inputs`."""
        return self._ahead.take(inputs)

    def count_known(self, inputs: Sequence[Input]) -> Known:
        """Return how many tokens `inputs` have, and how many of them are unknown words."""
        tokenizer = self._pipeline.tokenizer
        return count_known(self.tokens_of(inputs).ids, unknown_token(tokenizer), tokenizer.all_special_ids)

    def planned(self, equal_lengths: bool, restores: bool) -> TextEncoder:
        """Return the same encoder with another plan of its passes; it shares the weights, and so does its base."""
        if not (equal_lengths or restores):
            return self
        pipeline = replace(self._pipeline, equal_lengths=equal_lengths, restores=restores)
        key = {
            **self._key,
            **({"batches": "equal lengths"} if equal_lengths else {}),
            **({"state": "put back"} if restores else {}),
        }
        found = type(self)(pipeline, key, self._info, self._make_model, self._make_head)
        if "_model" in self.__dict__:
            found.__dict__.update(_model=self._model, _state=self._state)
        return found if self._base is None else found.on(self._base.planned(equal_lengths, restores))

    def in_float32(self) -> TextEncoder:
        """Return a copy in float32, to tell what a network does from how coarse its numbers are."""
        pipeline = replace(self._pipeline, dtype="float32")
        self._state.put_back()
        return TextEncoder(pipeline, self._key, self._info, lambda: float32_copy(self._model), self._make_head)

    def put_back_state(self) -> None:
        """Give the network the state that it had at the first call of this, which comes before its first pass."""
        self._state.put_back()

    @cached_property
    def _state(self) -> State:
        return State.of(self._model)

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
        self._memory.run(lambda part: self.fill(rows, starts, tokens, part, width), batch, width)

    def fill(self, rows: Gathered, starts: np.ndarray, tokens: Tokens, batch: np.ndarray, width: int = 1) -> None:
        """Put the features of one batch in their `rows`, those of input i from `starts[i]` on.

        Inference mode belongs to the thread that sets it. A word without a token keeps its row of zeros.
        """
        import torch

        with self.no_gradients():
            passed = self._forward(tokens, batch, width)
            if tokens.words is None:
                rows.put(batch, self._pool(passed))
                return
            first = [np.array(tokens.words[index]) for index in batch]
            has = [np.flatnonzero(each >= 0) for each in first]
            place = np.repeat(np.arange(len(batch)), [len(each) for each in has])
            token = np.concatenate([each[words] for each, words in zip(first, has, strict=True)])
            where = np.concatenate([starts[index] + words for index, words in zip(batch, has, strict=True)])
            rows.put(where, torch.cat([each[place, token].float() for each in passed.states], dim=-1))

    def _forward(self, tokens: Tokens, batch: np.ndarray, width: int) -> Passed:
        """Return what one forward pass gives for a batch; it is at least `width` tokens wide."""
        pipeline, width = self._pipeline, max(width, self._pipeline.fixed)
        fill = pipeline.tokenizer.pad_token_id
        ids = [tokens.ids[index] for index in batch]
        arrays = {
            "input_ids": pad_right(ids, 0 if fill is None else fill, width),
            "attention_mask": pad_right([[1] * len(each) for each in ids], 0, width),
        }
        if tokens.segments is not None and "token_type_ids" in self._accepted:
            arrays["token_type_ids"] = pad_right([tokens.segments[index] for index in batch], 0, width)
        tensors = {name: send(array, pipeline.device) for name, array in arrays.items()}
        states, pooled = self._states(tensors)
        return Passed(states, tensors["attention_mask"].to(states[0].device), pooled)

    def _states(self, tensors: Mapping[str, Tensor]) -> tuple[list[Tensor], Tensor | None]:
        """Return the chosen hidden states and the network's own pooled output, if that is what is read.

        The last hidden state alone needs none of the others kept.
        """
        pipeline, name = self._pipeline, self.info.id
        inner = text_config(pipeline.config, name)
        top = int(inner.num_hidden_layers)
        deep = pipeline.layers != (top,)
        given = {name: value for name, value in tensors.items() if not (pipeline.fixed and name == "attention_mask")}
        options: dict[str, Any] = {"use_cache": False} if "use_cache" in self._accepted else {}
        if "return_dict" in self._accepted:
            options["return_dict"] = True
        if pipeline.restores:
            self._state.put_back()
        with explained(name, tensors["input_ids"]):
            output = self._model(**given, **options, output_hidden_states=deep)
            states = [output.last_hidden_state if layer == top else output.hidden_states[layer]
                      for layer in pipeline.layers]  # fmt: skip
            if pipeline.pooling in (POOLER, PROJECTED):
                check_pooled(name, output.pooler_output, pipeline.width)
                return states, output.pooler_output
        check_states(name, states, tensors["input_ids"], state_width(inner))
        if self._head is not None and self._head.tokens:
            states = [self._head.tokens(each.float()) for each in states]
        return states, None

    def _pool(self, passed: Passed) -> Tensor:
        import torch

        from lit_hf.encoders.pooling import normalize, pool

        pipeline, mask = self._pipeline, passed.mask
        if pipeline.left_out:
            mask = mask.clone()
            mask[:, : pipeline.left_out] = 0
        rows = (
            [pool(each.float(), mask, pipeline.pooling) for each in passed.states] if passed.pooled is None
            else [passed.pooled.float()]
        )  # fmt: skip
        if self._head is not None:
            rows = [self._head.after(each) for each in rows]
        if pipeline.blend:
            rows = [rows[-1], torch.stack(rows).mean(dim=0)]
        return torch.cat([normalize(each) for each in rows] if pipeline.normalize else rows, dim=-1)


def place_model(model: nn.Module, pipeline: Pipeline) -> nn.Module:
    """Return the model's text body, in evaluation mode, in the pipeline's dtype on its device, or on all of them."""
    import torch

    body, dtype = read_body(model, pipeline), getattr(torch, pipeline.dtype)
    if not pipeline.spread:
        return moved(model, body, dtype, pipeline.device).eval()
    if getattr(model, "hf_device_map", None) is not None:  # spread while it was loaded
        return body.eval()
    return spread(body.to(dtype=dtype).eval(), offload_folder())


def read_body(model: nn.Module, pipeline: Pipeline) -> nn.Module:
    """Return the model's text body, with the projection behind it where that is what is read."""
    if pipeline.pooling != PROJECTED:
        return text_body(model)
    from lit_hf.encoders.projected import ProjectedTower

    return ProjectedTower(text_body(model), text_projection(model))


def _fresh(head: Head, seed: int) -> HeadNet:
    from lit_hf.encoders.chain.weights import fresh_head

    return fresh_head(head, seed)
