"""preqtorch 0.2.0 (the `bench` extra) on the same features: its online coder with replay, and its block coder."""

from __future__ import annotations

import contextlib
import io
import math

from torch import Tensor
from torch.nn import Linear
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Subset, TensorDataset

RATE, BATCH, REPLAYED, STREAMS = 1e-3, 32, 256, 8
SHARES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)
EPOCHS, PATIENCE = 40, 100


def online_bits(features: Tensor, labels: Tensor, classes: int) -> float:
    """Return the bits of its online (replay, averaged weights, forward calibration) coder with a linear probe."""
    from preqtorch import MIREncoder

    loader = DataLoader(TensorDataset(features, labels), batch_size=BATCH)
    with contextlib.redirect_stdout(io.StringIO()):
        found = MIREncoder(_model(features, classes), device="cpu").encode(
            loader,
            "",
            n_replay_samples=STREAMS,
            loss_fn=_loss,
            learning_rate=RATE,
            shuffle=False,
            replay_type="streams",
        )
    return found.code_length / math.log(2)


def block_bits(features: Tensor, labels: Tensor, classes: int) -> float:
    """Return the bits of its block coder with a linear probe at Voita and Titov's shares."""
    from preqtorch import BlockEncoder

    data, ends = TensorDataset(features, labels), sorted({max(1, int(share * len(labels))) for share in SHARES})
    blocks = [DataLoader(Subset(data, range(a, b)), batch_size=1024) for a, b in zip([0, *ends], ends, strict=False)]
    prefixes = [DataLoader(Subset(data, range(end)), batch_size=BATCH, shuffle=True) for end in ends]
    with contextlib.redirect_stdout(io.StringIO()):
        found = BlockEncoder(_model(features, classes), device="cpu").encode(
            prefixes, blocks, "", seed=0, loss_fn=_loss, learning_rate=RATE, epochs=EPOCHS, patience=PATIENCE
        )
    return found.code_length / math.log(2)


class _Softmax(Linear):
    """The model that preqtorch asks for: forward(batch)."""

    def forward(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        return super().forward(batch[0])


def _model(features: Tensor, classes: int):
    from preqtorch import ModelClass

    return ModelClass(_Softmax, "cpu", {"in_features": features.shape[1], "out_features": classes})


def _loss(batch: tuple[Tensor, Tensor], output: Tensor) -> Tensor:
    return cross_entropy(output, batch[1], reduction="none")
