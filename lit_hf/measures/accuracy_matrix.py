"""The usual figures of continual learning, from accuracies [T, T]: row i, column j: after task i, on task j.

    ACC        = mean over j of A[last, j]
    BWT        = mean over j < last of A[last, j] - A[j, j]                          Lopez-Paz and Ranzato (2017)
    FWT        = mean over j > 0 of A[j-1, j] - A[untrained, j]                      Lopez-Paz and Ranzato (2017)
    forgetting = mean over j < last of max over i < last of A[i, j], less A[last, j]  Chaudhry et al. (2018)

Ratios. They stand beside the bits, which need no head.
"""

from __future__ import annotations

import numpy as np


def accuracy_figures(matrix: np.ndarray, untrained: np.ndarray) -> dict[str, float | None]:
    """Return ACC, BWT, FWT and Chaudhry's forgetting; None but for ACC with one task.

    matrix: [T, T]; untrained: [T], the accuracies of state 0.
    """
    last, tasks = matrix[-1], len(matrix)
    if tasks < 2:
        return {"ACC": float(last.mean()), "BWT": None, "FWT": None, "forgetting": None}
    own = np.diag(matrix)
    early = np.array([matrix[j - 1, j] - untrained[j] for j in range(1, tasks)])
    return {
        "ACC": float(last.mean()),
        "BWT": float((last - own)[:-1].mean()),
        "FWT": float(early.mean()),
        "forgetting": float((matrix[:-1].max(0) - last)[:-1].mean()),
    }
