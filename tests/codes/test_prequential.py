"""The coder: stepping, what a curve holds, and that its sum of bits is a hand loop's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lit_hf.codes.prequential import Coder
from lit_hf.codes.probe_mixture import ProbeMixture
from lit_hf.codes.schedule import increments
from lit_hf.codes.stream import Stream
from lit_hf.probes.bank import default_bank
from lit_hf.probes.contract import Block, Prefix
from tests.support.streams import CHEAP, code, gaussian

CPU = torch.device("cpu")


def coder(features: np.ndarray, labels: np.ndarray, classes: int = 2, **extra: object) -> Coder:
    bank = default_bank(features.shape[1], classes, kinds=CHEAP)
    return Coder(Stream(features, None, CPU), labels, np.arange(len(labels)), bank, classes, **extra)  # type: ignore[arg-type]


def predicted(readout: ProbeMixture, block: Block) -> tuple[torch.Tensor, torch.Tensor]:
    """Predict a block, and let the readout observe that this was paid."""
    found = readout.predict(block)
    readout.observe(block, found)
    return found.table, found.experts


def test_in_steps_it_is_as_in_one_go() -> None:
    features, labels = gaussian(300, 16, 3)
    whole, steps = coder(features, labels, 3), coder(features, labels, 3)
    whole.advance()
    done = [steps.advance(to) for to in (5, 8, 60, 61, 250, 299)]
    assert done[0] == 0
    assert done[1] == 8
    assert all(at <= to for at, to in zip(done, (5, 8, 60, 61, 250, 299), strict=True))
    partial = steps.curve()
    assert steps.advance() == 300
    np.testing.assert_array_equal(steps.curve().bits, whole.curve().bits)
    np.testing.assert_array_equal(partial.bits, whole.curve().bits[: len(partial.bits)])
    np.testing.assert_array_equal(steps.curve().weights, whole.curve().weights)


def test_the_bits_are_those_of_a_hand_loop() -> None:
    features, labels = gaussian(120, 8, 2)
    curve = code(features, labels)
    rows = torch.from_numpy(features)
    shift = rows[:8].mean(0)
    inverse = 1.0 / float((rows[:8].double() - shift).square().mean().sqrt())
    readout, weights, counts, paid = (
        ProbeMixture(default_bank(8, 2, kinds=CHEAP), 2, CPU),
        np.array([0.25, 0.25, 0.5]),
        np.zeros(2),
        [],
    )
    for start, stop in increments(np.arange(120)):
        seen = rows if start == 0 else (rows - shift) * inverse
        table, experts = predicted(readout, Block(seen[start:stop], start))
        for row, label in zip(table.double().exp().numpy(), labels[start:stop], strict=True):
            parts = np.array([0.5, (counts[label] + 0.5) / (counts.sum() + 1), row[label]])
            paid.append(-math.log2(weights @ parts))
            weights = weights * parts / (weights @ parts)
            counts[label] += 1
        known, seen = torch.from_numpy(labels), (rows - shift) * inverse
        likelihood = experts.double()[:, torch.arange(stop - start), known[start:stop]].sum(1)
        readout.learn(
            Prefix(lambda a, b, seen=seen: seen[a:b], lambda a, b, known=known: known[a:b], stop, start), likelihood
        )
    # inputs and calls are the same: what is left is float64 rounding of the sums here
    np.testing.assert_allclose(curve.bits, paid, atol=1e-9)


def test_what_a_curve_holds() -> None:
    features, labels = gaussian(300, 16, 3)
    curve = code(features, labels, 3)
    pieces = len(curve.edges) - 1
    assert curve.edges[0] == 0
    assert curve.edges[-1] == 300
    assert curve.expert_bits.shape == (pieces, len(curve.names))
    assert curve.weights.shape == (pieces, len(curve.parts))
    assert curve.parts == (*CHEAP, "stack", "uniform", "class prior")
    assert set(curve.parts) <= set(curve.names)
    np.testing.assert_allclose(curve.weights.sum(1), 1.0, rtol=1e-9)
    assert curve.total == pytest.approx(curve.bits.sum())
    assert curve.expert_bits[:, curve.names.index("uniform")].sum() == pytest.approx(300 * math.log2(3))
    np.testing.assert_array_equal(curve.by_example, curve.bits)


def test_the_first_increment_costs_what_the_prior_says() -> None:
    one, two = (code(*gaussian(40, 5, 4, seed=seed), 4).bits[:8] for seed in (0, 1))
    labels = [gaussian(40, 5, 4, seed=seed)[1][:8] for seed in (0, 1)]
    same = code(np.random.default_rng(3).normal(size=(40, 9)).astype(np.float32), gaussian(40, 5, 4)[1], 4).bits[:8]
    np.testing.assert_array_equal(one, same)
    assert one[0] == two[0] == pytest.approx(2.0, abs=1e-7)  # log probabilities are float32
    assert labels[0].tolist() != labels[1].tolist()


def test_held_out_rows_are_predicted_at_the_marks_and_leave_no_trace() -> None:
    features, labels = gaussian(700, 16, 2, signal=3.0)
    extra = torch.from_numpy(features[600:])
    plain, watched = coder(features[:600], labels[:600]), coder(features[:600], labels[:600], held_out=extra)
    plain.advance()
    watched.advance()
    np.testing.assert_array_equal(plain.curve().bits, watched.curve().bits)
    found = watched.curve().held_out
    assert sorted(found) == [100, 500, 600]
    assert all(table.shape == (100, 2) for table in found.values())
    assert (found[600].argmax(1) == labels[600:]).mean() > 0.8


def test_large_increments_are_predicted_in_pieces() -> None:
    from lit_hf.codes import loop

    features, labels = gaussian(400, 6, 2)
    whole, size = code(features, labels), loop.CHUNK
    try:
        loop.CHUNK = 16
        pieces = code(features, labels)
    finally:
        loop.CHUNK = size
    # products of other shapes sum in another order
    np.testing.assert_allclose(pieces.bits, whole.bits, atol=1e-3)
    assert len(pieces.edges) > len(whole.edges)
    np.testing.assert_allclose(pieces.weights.sum(1), 1.0, rtol=1e-9)
