"""Networks that learn a sequence: a body that gives features, and one linear head."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from lit_hf.encoders.pooling import mean

if TYPE_CHECKING:
    from lit_hf.encoders.text import TextEncoder

WIDTH = 256
BATCH = 256
"""Inputs of one pass when nothing is learned."""


class Learning(nn.Module):
    """A body and a head; it learns without dropout, so that a training is a pure function of its seed."""

    rate: float
    """Learning rate of the body; the head learns `head_rate` times as fast."""
    head_rate: float = 1.0
    head: nn.Linear

    @abstractmethod
    def features(self, items: Sequence[Any]) -> Tensor:
        """Return features [B, d] of inputs."""

    def forward(self, items: Sequence[Any]) -> Tensor:
        """Return outputs [B, C]."""
        return self.head(self.features(items))

    def snapshot(self) -> Learning:
        """Return a copy that learns no more."""
        return copy.deepcopy(self).requires_grad_(False)

    @torch.no_grad()
    def read(self, items: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
        """Return features float32 [N, d] and outputs float32 [N, C]."""
        rows = [self.features(items[start : start + BATCH]) for start in range(0, len(items), BATCH)]
        found = torch.cat(rows)
        return found.numpy(), self.head(found).numpy()


class Perceptron(Learning):
    """Rows [d] through two hidden layers of 256; the features are the second one's activations."""

    rate = 1e-3

    def __init__(self, dim: int, outputs: int, seed: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(dim, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU())
        self.head = nn.Linear(WIDTH, outputs)
        _draw(self, seed)

    def features(self, items: Sequence[Any]) -> Tensor:
        return self.body(torch.from_numpy(np.stack(items)))


class TextNetwork(Learning):
    """A text encoder's own weights, mean-pooled; the head is drawn by the seed."""

    rate = 1e-4
    head_rate = 10.0

    def __init__(self, encoder: TextEncoder, outputs: int, seed: int) -> None:
        super().__init__()
        self.tokenizer, self.max_tokens = encoder.pipeline.tokenizer, encoder.pipeline.max_tokens
        self.body = encoder.copy_of_network()
        self.head = nn.Linear(encoder.dim, outputs)
        _draw(self.head, seed)

    def features(self, items: Sequence[Any]) -> Tensor:
        first = [item if isinstance(item, str) else item[0] for item in items]
        second = [item[1] for item in items if not isinstance(item, str)] or None
        found = self.tokenizer(
            first, second, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )  # fmt: skip
        states = self.body(**found).last_hidden_state
        return mean(states, found["attention_mask"])

    def __deepcopy__(self, memo: dict[int, Any]) -> TextNetwork:
        """Copy the weights; the tokeniser is shared."""
        made = TextNetwork.__new__(TextNetwork)
        nn.Module.__init__(made)
        made.tokenizer, made.max_tokens = self.tokenizer, self.max_tokens
        made.body, made.head = copy.deepcopy(self.body, memo), copy.deepcopy(self.head, memo)
        return made


def _draw(module: nn.Module, seed: int) -> None:
    """Draw weights by Kaiming's rule from a generator of their own; biases start at 0."""
    source = torch.Generator().manual_seed(seed)
    for each in module.modules():
        if isinstance(each, nn.Linear):
            nn.init.kaiming_normal_(each.weight, nonlinearity="relu", generator=source)
            nn.init.zeros_(each.bias)
