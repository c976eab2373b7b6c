"""code <= uniform + 2 and code <= class prior + 2 bits, on anything."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lit_hf.codes.baselines import class_prior_bits, uniform_bits
from lit_hf.codes.loop import Loop
from lit_hf.codes.probe_mixture import online_code
from lit_hf.codes.stream import Stream
from lit_hf.probes.bank import ALL_KINDS, default_bank
from tests.support.streams import code


def assert_bounds(features: np.ndarray, labels: np.ndarray, classes: int, groups: np.ndarray | None = None) -> None:
    """Code everything with the default bank and compare with both references."""
    curve = code(features, labels, classes, groups=groups, kinds=None)
    assert np.isfinite(curve.bits).all()
    slack = 1e-6  # rounding of sums
    assert curve.total <= uniform_bits(len(labels), classes) + 2 + slack
    assert curve.total <= class_prior_bits(labels, classes, groups).sum() + 2 + slack


def adversarial(features: np.ndarray, classes: int) -> np.ndarray:
    """Return labels that are each the one which the bank thinks least likely when it is asked."""
    n = len(features)
    bank, cpu = default_bank(features.shape[1], classes), torch.device("cpu")
    loop = Loop(Stream(features, None, cpu), online_code(bank, classes, np.arange(n), cpu))
    labels = np.zeros(n, dtype=np.int64)
    while not loop.done:
        piece = loop.predict()
        found = piece.table.argmin(1).numpy()
        labels[piece.start : piece.stop] = found
        loop.pay(found)
    return labels


FEATURES = {
    "noise": lambda rng, n, d: rng.normal(size=(n, d)),
    "constant": lambda rng, n, d: np.full((n, d), 3.0),
    "constant until 60, then far away": lambda rng, n, d: np.where(
        np.arange(n)[:, None] < 60, 0.0, 1e12 * rng.normal(size=(n, d))
    ),
    "heavy tails": lambda rng, n, d: rng.standard_cauchy(size=(n, d)) ** 3,
    "tiny": lambda rng, n, d: 1e-30 * rng.normal(size=(n, d)),
    "huge": lambda rng, n, d: 1e30 * rng.normal(size=(n, d)),
    "copies": lambda rng, n, d: np.repeat(rng.normal(size=(1, d)), n, 0),
    "two values": lambda rng, n, d: rng.integers(2, size=(n, d)),
}
LABELS = {
    "random": lambda rng, n, c: rng.integers(c, size=n),
    "one dominates": lambda rng, n, c: np.where(rng.random(n) < 0.97, 0, rng.integers(c, size=n)),
    "only one": lambda rng, n, c: np.full(n, c - 1),
    "in turn": lambda rng, n, c: np.arange(n) % c,
    "in blocks": lambda rng, n, c: np.sort(rng.integers(c, size=n)),
}


@given(
    st.sampled_from(sorted(FEATURES)), st.sampled_from(sorted(LABELS)), st.sampled_from([2, 3, 10, 50]),
    st.integers(20, 150), st.sampled_from([1, 5, 40, 200]), st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_on_anything(kind: str, labelling: str, classes: int, n: int, dim: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = FEATURES[kind](rng, n, dim).astype(np.float32)
    assert_bounds(features, LABELS[labelling](rng, n, classes), classes)


@pytest.mark.parametrize("kind", FEATURES)
@pytest.mark.parametrize("labelling", ["random", "one dominates"])
def test_on_features_of_every_odd_kind(kind: str, labelling: str) -> None:
    rng = np.random.default_rng(0)
    assert_bounds(FEATURES[kind](rng, 240, 24).astype(np.float32), LABELS[labelling](rng, 240, 3), 3)


@pytest.mark.parametrize(("n", "dim", "classes"), [(300, 8, 2), (300, 40, 10), (80, 200, 3), (300, 8, 50)])
def test_against_labels_chosen_to_hurt(n: int, dim: int, classes: int) -> None:
    features = np.random.default_rng(0).normal(size=(n, dim)).astype(np.float32)
    assert_bounds(features, adversarial(features, classes), classes)


@pytest.mark.parametrize("classes", [2, 200])
def test_with_groups_the_bound_holds_too(classes: int) -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), rng.integers(1, 12, size=40))
    features, labels = rng.normal(size=(len(groups), 6)).astype(np.float32), rng.integers(classes, size=len(groups))
    assert_bounds(features, labels, classes, groups)


def test_a_bank_of_one_kind_holds_the_bound_too() -> None:
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(200, 20)).astype(np.float32), rng.integers(4, size=200)
    for kind in ALL_KINDS:
        assert code(features, labels, 4, kinds=(kind,)).total <= class_prior_bits(labels, 4).sum() + 2
