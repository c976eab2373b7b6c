"""A model's own head as a code: its outputs with a temperature that is learned from its past predictions.

    p(y) = 1/3 uniform + 1/3 class prior + 1/3 sum_t w_t softmax(t * outputs), weights moved by Bayes label by label

So the code is at most log2 3 bits longer than the shortest of the null codes, whatever the head says, and at most
log2 (3 K) longer than the best of K temperatures. Nothing but past labels enters.
"""

from __future__ import annotations

import numpy as np

from lit_hf.codes.baselines import class_prior_bits
from lit_hf.codes.marginal import bayes

SCALES = 2.0 ** np.arange(-7, 3.5, 0.5)
"""Inverse temperatures: finetuned heads are far too sure, so most lie below 1."""


def head_bits(outputs: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the bits [N] that each label costs under the head, in stream order.

    outputs: [N, C] logits, in stream order, -inf where the head is told that it cannot be; labels: int [N]; groups:
    int [N], non-decreasing: the class prior counts at the end of a group. Outputs of a row that hold NaN or infinity,
    or nothing but -inf, say nothing.
    """
    classes = outputs.shape[1]
    found = np.stack([_chosen(outputs * 1.0, labels, scale) for scale in SCALES])  # nats [K, N]
    uniform = np.full(len(labels), -np.log(classes))
    prior = -class_prior_bits(labels, classes, groups) * np.log(2)
    logs = np.vstack([uniform, prior, found])
    start = np.concatenate([[1 / 3, 1 / 3], np.full(len(SCALES), 1 / 3 / len(SCALES))])
    return np.asarray(-bayes(logs, start)[0] / np.log(2))


def _chosen(outputs: np.ndarray, labels: np.ndarray, scale: float) -> np.ndarray:
    """Return the natural logarithm [N] that scaled outputs give to the labels, at least -30."""
    rows = np.arange(len(labels))
    bad = np.isnan(outputs).any(1) | np.isposinf(outputs).any(1) | ~np.isfinite(outputs).any(1)
    scaled = np.where(bad[:, None], 0.0, outputs) * scale
    logs = scaled - np.logaddexp.reduce(scaled, 1, keepdims=True)
    return np.maximum(logs[rows, labels], -30.0)
