"""The learning curve as it is shown: mean bits per label in blocks of the stream."""

from __future__ import annotations

import numpy as np

LEAST = 8  # labels in a block: below it single labels are seen, not a curve


def coarse_edges(edges: np.ndarray) -> np.ndarray:
    """Return a subset of the increments' `edges` [I + 1] in which every block has at least `LEAST` labels, and a
    tenth of the past.
    """
    kept = [int(edges[0])]
    for edge in edges[1:].tolist():
        if edge - kept[-1] >= max(LEAST, 0.1 * kept[-1]):
            kept.append(edge)
    if kept[-1] != edges[-1]:
        kept[-1] = int(edges[-1]) if len(kept) > 1 else kept[-1]
        kept = kept if len(kept) > 1 else [*kept, int(edges[-1])]
    return np.array(kept)


def block_means(bits: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the mean bits per label of each block, over all orders: [len(edges) - 1], from `bits` [R, N] by
    position.
    """
    return np.add.reduceat(bits.mean(0), edges[:-1]) / np.diff(edges)
