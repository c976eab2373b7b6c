"""Positive and negative controls: labels that can be learned cost little, labels drawn at random show no transfer."""

from __future__ import annotations

import numpy as np
import pytest

from lit_hf.codes.baselines import class_prior_bits
from tests.support.l6 import rotten_features
from tests.support.streams import code, gaussian


@pytest.mark.parametrize("seed", range(5))
def test_random_labels_show_no_transfer_on_real_features(seed: int) -> None:
    encoder, twin, _ = rotten_features()
    labels = np.random.default_rng(seed).integers(2, size=len(encoder))
    arms = [code(rows, labels, kinds=None).total for rows in (encoder, twin)]
    assert abs(arms[1] - arms[0]) <= 5
    for total in arms:
        assert len(labels) - 5 <= total <= len(labels) + 2


def test_permuted_labels_show_no_transfer_on_real_features() -> None:
    encoder, twin, labels = rotten_features()
    shuffled = np.random.default_rng(0).permutation(labels)
    arms = [code(rows, shuffled, kinds=None).total for rows in (encoder, twin)]
    assert abs(arms[1] - arms[0]) <= 5
    assert max(arms) <= class_prior_bits(shuffled, 2).sum() + 2


@pytest.mark.parametrize(("classes", "most"), [(2, 0.12), (10, 0.12)])
def test_separable_labels_cost_little(classes: int, most: float) -> None:
    """After the first few of each class there is nothing left to pay: a share of the uniform code."""
    features, labels = gaussian(1000, 16, classes, signal=20.0)
    curve = code(features, labels, classes, kinds=None)
    assert curve.total <= most * len(labels) * np.log2(classes)
    assert curve.bits[500:].mean() < 0.02


def test_real_labels_cost_less_with_the_encoder_than_with_its_twin() -> None:
    encoder, twin, labels = rotten_features()
    pretrained, random = (code(rows, labels, kinds=None).total for rows in (encoder, twin))
    assert pretrained < random - 50
    assert random < class_prior_bits(labels, 2).sum() + 2
