"""What was paid above the loss that is left in the end: excess description length, and epiplexity.

    EDL = sum_i l_i - k * L_final    [bits]

L_final: mean loss in bits of the final readout on data that are not in the stream.

Donoway et al. (2026), arXiv 2601.04728. The prequential estimate of epiplexity, sum_i
(l_i - final loss) (Finzi et al. 2026, arXiv 2601.03220), is the same number where its final loss too is measured on
held-out data, as here. The variance of L_final enters times k^2, and soon is most of the interval: with H held-out
examples of deviation s, the half width is about 2 k s / sqrt(H). Without held-out data it is not stated: the last
block of the stream is not the final loss. Zero when nothing is learned; it may come out negative by chance, and is
not clipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_HELD_OUT = 30  # below it the deviation of the loss is anybody's guess


@dataclass(frozen=True)
class Excess:
    """`bits` with standard error `error` [bits]; `final_loss` in bits per label, on `held_out` examples."""

    bits: float
    error: float
    final_loss: float
    held_out: int


def excess(codelength: float, variance: float, labels: int, held_out: np.ndarray) -> Excess | None:
    """Return EDL, or None with too little held-out data.

    codelength: bits of `labels` labels, with its variance [bits^2]; held_out: bits [H] of held-out labels under the
    final readout.
    """
    if len(held_out) < LEAST_HELD_OUT:
        return None
    final = float(held_out.mean())
    of_final = float(held_out.var(ddof=1)) / len(held_out)
    return Excess(codelength - labels * final, float(np.sqrt(variance + labels**2 * of_final)), final, len(held_out))


def bits_of(log_probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return bits [H] of `labels` [H] under natural log probabilities [H, C]."""
    return -np.take_along_axis(log_probabilities.astype(np.float64), labels[:, None], 1)[:, 0] / np.log(2)
