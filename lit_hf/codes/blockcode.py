"""Block codes: each block of the stream is coded by a probe fitted on everything before it, the first one uniformly.

The reference that the online code is measured against: dear and loose, because predictions stand still through whole
blocks. Blier and Ollivier (2018, arXiv 1802.07044) double the blocks; Voita and Titov (2020, arXiv 2003.12298) end them
at fixed shares of the stream, so that the bits of a prefix depend on how long the stream is.

    L = n_1 * log2 C + sum over later blocks of -log2 p(labels of the block | probe fitted on all before)    [bits]

There is no null expert beside a block code: it can cost more than the uniform one.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lit_hf.codes.probe_mixture import Prediction, ProbeMixture
from lit_hf.codes.schedule import FIRST, increments
from lit_hf.probes.contract import Block, Prefix, Probe, Stateful

SHARES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)  # Voita and Titov


def blocks_by_share(groups: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Return [start, stop) of blocks that end at `SHARES` of the N positions, moved to the end of a group."""
    return _blocks(groups, [int(share * len(groups)) for share in SHARES])


def doubling_blocks(groups: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Return [start, stop) of blocks that end at 8, 16, 32, ... positions: the same for streams of any length."""
    count = max(0, int(np.ceil(np.log2(len(groups) / FIRST)))) + 1
    return _blocks(groups, [FIRST * 2**power for power in range(count)])


def _blocks(groups: np.ndarray, ends: list[int]) -> tuple[tuple[int, int], ...]:
    """Cut at `ends`, none before `FIRST` labels: fewer teach nothing and do not fix the features' scale."""
    whole = np.flatnonzero(np.append(np.diff(groups), 1)) + 1
    wanted = np.clip([end for end in ends if end >= FIRST] or [len(groups)], 1, len(groups))
    cuts = np.unique([*whole[np.searchsorted(whole, wanted)].tolist(), len(groups)]).tolist()
    return tuple(zip([0, *cuts[:-1]], cuts, strict=True))


class SingleProbe(Stateful):
    """A learner that is one probe with one expert, and forgets nothing that the probe does not forget itself."""

    learned = ("_probe",)

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self.names = self.parts = probe.names

    def weights(self) -> np.ndarray:
        return np.ones(1)

    def predict(self, block: Block) -> Prediction:
        tables, note = self._probe.offer(block)
        return Prediction(tables[0], tables, note)

    def observe(self, block: Block, paid: Prediction) -> None:
        self._probe.observe(block, paid.note)

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        self._probe.learn(prefix)


class BankOverBlocks(Stateful):
    """The bank of the online code, fitted on the prefix in its own small increments; predicts whole blocks."""

    learned = ("_readout",)

    def __init__(self, readout: ProbeMixture, groups: np.ndarray) -> None:
        self._readout, self._groups = readout, groups
        self.names, self.parts = readout.names, readout.parts

    def weights(self) -> np.ndarray:
        return self._readout.weights()

    def predict(self, block: Block) -> Prediction:
        return self._readout.predict(block)

    def observe(self, block: Block, paid: Prediction) -> None:
        """Nothing: the bank learns from what it predicts in its own increments, as if they were paid."""

    def learn(self, prefix: Prefix, likelihood: Tensor) -> None:
        """Walk through the block's increments: each is predicted, scored and learned, and nothing of it is paid."""
        for start, stop in increments(self._groups[: prefix.n], prefix.fresh):
            part = prefix.until(stop, start)
            block = part.block(start, stop)
            found = self._readout.predict(block)
            labels = prefix.labels(start, stop).expand(len(found.experts), -1)[..., None]
            scores = found.experts.gather(2, labels)[..., 0].sum(1, dtype=torch.float64)
            self._readout.observe(block, found)
            self._readout.learn(part, scores)
