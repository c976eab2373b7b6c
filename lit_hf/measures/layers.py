"""A profile over layers: what the labels cost with each hidden state, and with a mixture of them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def layer_profile(
    bits: Mapping[int, float], intervals: Mapping[int, tuple[float, float]], labels: int
) -> dict[str, Any]:
    """Return a row for each layer, the one with the shortest code, and the code that mixes all.

    The layer of the shortest code was chosen with the labels in hand, so its bits alone are no code. The mixture is:
    see `mixture_bits`.
    """
    rows = [
        {"layer": layer, "bits": value, "interval": list(intervals[layer]), "bits_per_label": value / labels}
        for layer, value in bits.items()
    ]
    return {"rows": rows, "shortest": min(bits, key=lambda layer: bits[layer]), "mixture_bits": mixture_bits(bits)}


def mixture_bits(bits: Mapping[int, float]) -> float:
    """Return the codelength of the Bayes mixture of L codes of the same labels, with equal weights before the first.

        -log2( sum_l 2^-bits_l / L )    [bits]

    At most log2 L above the shortest. It is the honest price of the best layer when nobody says which one it is.
    """
    found = np.array(list(bits.values()))
    return float(np.log2(len(found)) - np.logaddexp2.reduce(-found))
