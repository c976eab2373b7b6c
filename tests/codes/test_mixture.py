"""Mixtures: what they cost, and that the vectorised closed form is the sequential node."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lit_hf.codes.baselines import class_prior_bits
from lit_hf.codes.mixture import HAZARD, Switching, Top
from lit_hf.codes.nulls import with_nulls


@st.composite
def coded(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return tables of probabilities [N, C], labels [N], groups [N] and C: any tables, also nearly certain and wrong
    ones.
    """
    classes = draw(st.integers(2, 50))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=40))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = draw(st.sampled_from([0.0, 1.0, 10.0, 60.0])) * rng.normal(size=(len(groups), classes))
    table = np.exp(scores - scores.max(1, keepdims=True))
    table = np.maximum(table / table.sum(1, keepdims=True), 1e-38)
    labels = table.argmin(1) if draw(st.booleans()) else rng.integers(classes, size=len(groups))
    return table / table.sum(1, keepdims=True), labels, groups, classes


@given(coded())
@settings(deadline=None, max_examples=60)
def test_the_closed_form_is_the_sequential_node(case: tuple[np.ndarray, np.ndarray, np.ndarray, int]) -> None:
    table, labels, groups, classes = case
    node, bits, weights = Top(classes), np.empty(len(labels)), np.empty((3, len(labels)))
    for group in np.unique(groups):
        where = groups == group
        for at in np.flatnonzero(where):
            chances = node.table(table[at])[:, labels[at]]
            weights[:, at] = node.weights
            bits[at] = -np.log2(node.weights @ chances)
            node.weigh(chances)
        node.count(labels[where])
    paid = -np.log2(table[np.arange(len(labels)), labels])
    closed, shares = with_nulls(paid, labels, groups, classes)
    # float64; weights multiply up where the closed form adds logarithms
    np.testing.assert_allclose(closed, bits, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(shares, weights, rtol=1e-7, atol=1e-12)


@given(coded())
@settings(deadline=None, max_examples=60)
def test_copies_in_a_group_gain_at_most_4_bits_by_weights(case: tuple[np.ndarray, np.ndarray, np.ndarray, int]) -> None:
    """With w the prior: sum_k w_k x_k^2 <= max_k x_k^2, and one copy alone pays at most -log2 max_k x_k + 2."""
    table, labels, _, classes = case
    paid = -np.log2(table[np.arange(len(labels)), labels])
    alone, _ = with_nulls(paid, labels, np.arange(len(labels)), classes)
    pairs = np.repeat(np.arange(len(labels)), 2)
    copies, _ = with_nulls(np.repeat(paid, 2), np.repeat(labels, 2), pairs, classes)
    prior = class_prior_bits(labels, classes), class_prior_bits(np.repeat(labels, 2), classes, pairs)
    learned = prior[1].sum() - 2 * prior[0].sum()  # the class prior counts both copies once their group has ended
    assert copies.sum() >= 2 * alone.sum() - 4 + min(learned, 0.0) - 1e-9


@given(coded())
@settings(deadline=None, max_examples=60)
def test_the_top_node_is_normalised(case: tuple[np.ndarray, np.ndarray, np.ndarray, int]) -> None:
    table, labels, _, classes = case
    node = Top(classes)
    for row, label in zip(table[:20], labels[:20], strict=True):
        parts = node.table(row)
        np.testing.assert_allclose((node.weights @ parts).sum(), 1.0, rtol=1e-12)
        node.weigh(parts[:, label])
        node.count(np.array([label]))


def run_switching(likelihoods: np.ndarray) -> tuple[float, Switching]:
    """Return the bits of a switching node that pays for whole increments [I, E] (nats), each scored as one product."""
    node, bits = Switching.even(likelihoods.shape[1], torch.device("cpu")), 0.0
    for row in torch.from_numpy(likelihoods):
        bits -= float(torch.logsumexp(node.log_weights + row, 0)) / math.log(2)
        node.update(row)
    return bits, node


@given(st.integers(1, 8), st.integers(1, 60), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_switching_costs_at_most_its_bound(experts: int, increments: int, seed: int) -> None:
    likelihoods = -np.random.default_rng(seed).gamma(1.0, 20.0, size=(increments, experts))
    bits, _ = run_switching(likelihoods)
    best = float((-likelihoods.sum(0) / math.log(2)).min())
    assert bits <= best + math.log2(experts) + (increments - 1) * -math.log2(1 - HAZARD) + 1e-9


def test_switching_follows_a_change_of_the_best_expert() -> None:
    likelihoods = np.array([[0.0, -30.0]] * 20 + [[-30.0, 0.0]] * 20)
    bits, node = run_switching(likelihoods)
    assert float(node.log_weights.exp()[1]) == pytest.approx(1 - HAZARD / 2, abs=1e-6)
    assert bits < 12  # one bit to find the first, a switch of probability 0.01, the rest for not switching
    _, node = run_switching(np.array([[0.0, -1000.0]]))
    assert float(node.log_weights.exp()[1]) == pytest.approx(HAZARD / 2)


def test_a_mixture_of_tables_is_a_table() -> None:
    node = Switching(torch.tensor([0.2, 0.8]))
    tables = torch.log_softmax(torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0)), -1)
    mixed = node.mix(tables).exp()
    torch.testing.assert_close(mixed, 0.2 * tables[0].exp() + 0.8 * tables[1].exp())
