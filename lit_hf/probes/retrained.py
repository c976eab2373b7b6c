"""Linear softmax regression trained from scratch on the whole prefix: the probe of Voita and Titov's block code.

Read off the configuration and training loop published with "Information-Theoretic Probing with Minimum Description
Length" (2020, arXiv 2003.12298): Adam with rate 1e-3 and no weight decay, batches of 20 in a fixed order, at most 40
epochs; after each epoch the loss on a development set is looked at, the rate is halved when it did not fall (patience
0), training ends after 5 looks without a fall of 0.001 nats per label, and the best weights are kept.

**Nobody pays for their development set**: it takes no part in the code, and choosing with it when to stop is free.
`dev` gives such a set, for a comparison by the letter. Without it a tenth of the prefix is set aside: that code can be
decoded. The head starts at zero rather than at random: the problem is convex, and the code needs no seed.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot
from torch.optim.lr_scheduler import ReduceLROnPlateau

from lit_hf.probes.contract import Block, Prefix, Probe, uniform

RATE, BATCH, EPOCHS = 1e-3, 20, 40
FALL = 0.001  # nats per label that count as an improvement
WAIT = 5  # looks without one
OWN_DEV = 10  # without a development set, one in so many rows of the prefix


class RetrainedLinear(Probe):
    """Inputs [b, dim]; one expert. `dev`: inputs [m, dim] and labels [m] of a development set outside the stream."""

    names = ("linear",)
    learned = ("_weights",)

    def __init__(
        self, dim: int, classes: int, *, dev: tuple[Tensor, Tensor] | None = None, device: torch.device | str = "cpu"
    ) -> None:
        self._dim, self._classes, self._device, self._dev = dim, classes, torch.device(device), dev
        self._weights: Tensor | None = None

    def predict(self, block: Block) -> Tensor:
        if self._weights is None:
            return uniform(1, len(block.inputs), self._classes, block.inputs)
        return torch.log_softmax(_design(block.inputs) @ self._weights, -1)[None]

    def learn(self, prefix: Prefix) -> None:
        """Forget everything and train on rows [0, prefix.n)."""
        rows, labels = _design(prefix.inputs(0, prefix.n)), prefix.labels(0, prefix.n)
        if self._dev is not None:
            dev = _design(self._dev[0]), self._dev[1]
        elif prefix.n < 2:
            return
        else:
            keep = prefix.n - -(-prefix.n // OWN_DEV)
            dev, rows, labels = (rows[keep:], labels[keep:]), rows[:keep], labels[:keep]
        self._weights = self._train(rows, labels, *dev)

    def _train(self, rows: Tensor, labels: Tensor, dev_rows: Tensor, dev_labels: Tensor) -> Tensor:
        weights = torch.zeros(self._dim + 1, self._classes, device=self._device)
        targets = one_hot(labels, self._classes).to(rows.dtype)
        adam = torch.optim.Adam([weights], lr=RATE)
        plateau = ReduceLROnPlateau(adam, mode="min", factor=0.5, patience=0)
        best, least, waited = weights.clone(), float("inf"), 0
        for _ in range(EPOCHS):
            for batch, target in zip(rows.split(BATCH), targets.split(BATCH), strict=True):
                weights.grad = batch.T @ (torch.softmax(batch @ weights, -1) - target) / len(batch)
                adam.step()
            loss = float(cross_entropy(dev_rows @ weights, dev_labels))
            plateau.step(loss)
            if loss < least - FALL:
                best, least, waited = weights.clone(), loss, 0
            elif (waited := waited + 1) >= WAIT:
                break
        return best


def _design(rows: Tensor) -> Tensor:
    """Return rows [m, dim + 1] with a constant last."""
    return torch.nn.functional.pad(rows, (0, 1), value=1.0)
