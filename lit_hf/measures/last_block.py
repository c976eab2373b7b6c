"""The loss at the end of the stream: mean bits per label of the last tenth, each label predicted before it was
learned.

Unlike the codelength it says how good the readout has become, not what becoming so cost; it is what a few more labels
would cost. An estimate of the final loss that is biased up, since most of its probes had seen fewer labels.
"""

from __future__ import annotations

import numpy as np

SHARE = 0.1


def last_block(bits: np.ndarray) -> tuple[float, int]:
    """Return bits per label of the last tenth of `bits` [R, N] by position, mean over orders, and how many labels it
    has.
    """
    labels = max(1, round(SHARE * bits.shape[1]))
    return float(bits[:, -labels:].mean()), labels
