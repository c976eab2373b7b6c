"""Every probe of numbers is held to the laws of `lit_hf.probes.number.NumberProbe`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from lit_hf.codes.schedule import increments
from lit_hf.probes.contract import Block
from lit_hf.probes.number import Heavy, NumberProbe
from lit_hf.probes.number_bank import _BUILDERS, NUMBER_KINDS
from tests.contracts.test_probes import saved
from tests.support.streams import prefix, walk

N, DIM = 240, 12

PROBES: dict[str, Callable[[], NumberProbe]] = {
    kind: lambda kind=kind: _BUILDERS[kind](DIM, "cpu") for kind in NUMBER_KINDS
} | {f"heavy {kind}": lambda kind=kind: Heavy(_BUILDERS[kind](DIM, "cpu")) for kind in NUMBER_KINDS}

every = pytest.mark.parametrize("name", PROBES)


def stream(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return inputs float32 [N, DIM] and standardised numbers [N]."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(N, DIM)).astype(np.float32)
    return torch.from_numpy(rows), torch.from_numpy((rows[:, 0] + 0.3 * draw.normal(size=N)).astype(np.float32))


@every
def test_it_gives_distributions_and_is_pure(name: str) -> None:
    inputs, labels = stream()
    other, _ = stream(1)
    plain = [found for _, found in walk(PROBES[name](), inputs, labels)]
    probe = PROBES[name]()
    for (start, stop), wanted in zip(increments(np.arange(N)), plain, strict=True):
        block = Block(inputs[start:stop], start)
        probe.offer(Block(other[:7], start))
        found, note = probe.offer(block)
        assert torch.equal(probe.predict(block), wanted)
        assert torch.equal(found, wanted)
        assert found.shape == (3, len(probe.names), stop - start)
        assert torch.isfinite(found).all()
        assert (found[1:] > 0).all()
        probe.observe(block, note)
        probe.learn(prefix(inputs, labels, stop, start))


@every
def test_stopped_and_restored_it_goes_on_with_the_same_floats(name: str) -> None:
    inputs, labels = stream()
    straight = [found for _, found in walk(PROBES[name](), inputs, labels)]
    probe, found = PROBES[name](), []
    for start, stop in pairwise([0, *(stop for _, stop in increments(np.arange(N)))]):
        state, probe = saved(probe.state()), PROBES[name]()
        probe.restore(state)
        block = Block(inputs[start:stop], start)
        table, note = probe.offer(block)
        found.append(table)
        probe.observe(block, note)
        probe.learn(prefix(inputs, labels, stop, start))
    assert all(torch.equal(a, b) for a, b in zip(straight, found, strict=True))
