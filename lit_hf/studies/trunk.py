"""What a network learns from labels of one dataset, as further columns beside the features of another.

A trunk is two layers of 256 on frozen features, trained on labels with a tenth held out to stop early. Its reference is
the same trunk, of the same first weights, trained as long on the same labels permuted: width and training are the same,
and only the information differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

WIDTH, BATCH, RATE, DECAY = 256, 64, 1e-3, 1e-4
MOST_EPOCHS, PATIENCE, HELD = 60, 6, 10


@dataclass(frozen=True, eq=False)
class Trained:
    """A trunk's hidden layer as a function of features [n, d], scaled to their energy: float32 [n, 256]."""

    hidden: Callable[[np.ndarray], np.ndarray]
    epochs: int


def train_trunk(
    features: np.ndarray, labels: np.ndarray, classes: int, seed: tuple[int, ...], epochs: int | None = None
) -> Trained:
    """Train on `features` [n, d] and `labels` int64 [n], for as many epochs as a held-out tenth says, or `epochs`.

    Energy is the sum of the columns' variances over these rows, so that nothing of the other dataset is looked at.
    """
    import torch

    rng = np.random.default_rng(seed)
    centre, spread = features.mean(0), float(features.std(0).mean()) or 1.0
    inputs = torch.as_tensor((features - centre) / spread, dtype=torch.float32)
    targets = torch.as_tensor(labels)
    shuffled = rng.permutation(len(labels))
    held, learned = shuffled[: len(labels) // HELD], shuffled[len(labels) // HELD :]
    weights = _first_weights(features.shape[1], classes, rng)
    best, count = _train(weights, inputs, targets, learned, held, rng, epochs)

    def raw(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            given = torch.as_tensor((rows - centre) / spread, dtype=torch.float32)
            return np.asarray(_hidden(best, given).numpy())

    energy = float(raw(features).var(0).sum())
    scale = float(np.sqrt(features.var(0).sum() / energy)) if energy > 0 else 0.0
    return Trained(lambda rows: (scale * raw(rows)).astype(np.float32), count)


def _first_weights(dim: int, classes: int, rng: np.random.Generator) -> list[Tensor]:
    import torch

    weights = []
    for wide, narrow in ((dim, WIDTH), (WIDTH, WIDTH), (WIDTH, classes)):
        drawn = rng.normal(size=(wide, narrow)) * np.sqrt(2 / wide)
        weights += [torch.tensor(drawn, dtype=torch.float32), torch.zeros(narrow)]
    return [each.requires_grad_() for each in weights]


def _hidden(weights: list[Tensor], rows: Tensor) -> Tensor:
    first = (rows @ weights[0] + weights[1]).relu()
    return (first @ weights[2] + weights[3]).relu()


def _train(
    weights: list[Tensor], inputs: Tensor, targets: Tensor, learned: np.ndarray, held: np.ndarray,
    rng: np.random.Generator, epochs: int | None,
) -> tuple[list[Tensor], int]:  # fmt: skip
    """Return the weights after `epochs`, or after those with the least loss on the held-out rows, and how many."""
    import torch
    from torch.nn.functional import cross_entropy

    steps = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY)
    best, least, count = [each.detach().clone() for each in weights], float("inf"), 0
    for epoch in range(1, (MOST_EPOCHS if epochs is None else epochs) + 1):
        order = rng.permutation(learned)
        for low in range(0, len(order), BATCH):
            rows = torch.as_tensor(order[low : low + BATCH])
            steps.zero_grad()
            cross_entropy(_hidden(weights, inputs[rows]) @ weights[4] + weights[5], targets[rows]).backward()
            steps.step()
        with torch.no_grad():
            loss = float(cross_entropy(_hidden(weights, inputs[held]) @ weights[4] + weights[5], targets[held]))
        if epochs is not None or loss < least:
            best, least, count = [each.detach().clone() for each in weights], loss, epoch
        elif epoch - count >= PATIENCE:
            break
    return best, count
