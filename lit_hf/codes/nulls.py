"""The null experts beside a learner: the top Bayes node in closed form, over bits that were paid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lit_hf.codes.baselines import class_prior_bits
from lit_hf.codes.curve import Curve
from lit_hf.codes.mixture import Top

NULLS = ("uniform", "class prior")


def beside_nulls(probes: Curve, labels: np.ndarray, classes: int) -> Curve:
    """Return the curve under the top Bayes node over (uniform, class prior, probes)."""
    starts = probes.edges[:-1]
    bits, share = with_nulls(probes.bits, labels, probes.groups, classes)
    null = np.add.reduceat(class_prior_bits(labels, classes, probes.groups), starts)
    top = share[:, starts].T
    return replace(
        probes,
        bits=bits,
        names=(*probes.names, *NULLS),
        expert_bits=np.column_stack([probes.expert_bits, np.diff(probes.edges) * np.log2(classes), null]),
        parts=(*probes.parts, *NULLS),
        weights=np.column_stack([probes.weights * top[:, 2:], top[:, :2]]),
    )


def with_nulls(
    probes: np.ndarray, labels: np.ndarray, groups: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return bits [N] of the top Bayes node and its weights [3, N] (uniform, class prior, probes) before each label.

    The closed form of `Top`: weights are the prior times two to the minus bits paid before the label.
    """
    parts = np.stack([np.full(len(labels), np.log2(classes)), class_prior_bits(labels, classes, groups), probes])
    before = np.cumsum(parts, 1) - parts
    logs = np.log2(np.array(Top.PRIOR))[:, None] - before
    weights = np.exp2(logs - logs.max(0))
    weights /= weights.sum(0)
    return -np.log2((weights * np.exp2(-parts)).sum(0)), weights
