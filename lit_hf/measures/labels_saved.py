"""Labels saved: how many more labels the baseline needs to predict as well as the encoder did after n.

    saved(n) = n_baseline(l_encoder(n)) - n     [labels],  n_baseline(l) = least labels with expected loss <= l

Ours. On the falling curves of both arms, which tell n to within a block, a tenth of the past. Censored: when the
baseline never gets there within the stream, more than N - n are saved. Negative where the baseline learns faster; 0
for an encoder against itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.measures.isotonic import Isotonic, reached


@dataclass(frozen=True)
class Saved:
    """The baseline needs `saved` labels more than the encoder's `labels` for `loss` bits per label; at least, if
    `censored`.
    """

    labels: int
    loss: float
    saved: int
    censored: bool


def labels_saved(encoder: Isotonic, baseline: Isotonic, labels: int) -> Saved:
    """Return what is saved at the encoder's loss in the block that begins at or last before `labels`."""
    block = int(np.searchsorted(encoder.edges[:-1], labels, side="right")) - 1
    loss = float(encoder.losses[block])
    mine, other = reached(encoder, loss), reached(baseline, loss)
    assert mine is not None
    return Saved(mine, loss, (baseline.labels if other is None else other) - mine, other is None)
