"""Every probe is held to the laws of `lit_hf.probes.contract.Probe`."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lit_hf.codes.schedule import increments
from lit_hf.probes.bank import _BUILDERS, ALL_KINDS, Place, default_bank
from lit_hf.probes.calibrated import Calibrated
from lit_hf.probes.contract import Block, Prefix, Probe
from lit_hf.probes.retrained import RetrainedLinear
from lit_hf.probes.stacker import Stacker
from tests.support.streams import gaussian, prefix, tensors, walk

N, DIM = 240, 12  # beyond the first step of every probe, and small

Make = Callable[[int], Probe]
RAW: dict[str, Make] = {kind: lambda classes, kind=kind: _BUILDERS[kind](DIM, classes, Place()) for kind in ALL_KINDS}
RAW["retrained"] = lambda classes: RetrainedLinear(DIM, classes)
WINDOWED: dict[str, Make] = {
    f"calibrated {kind}": lambda classes, kind=kind: Calibrated([_BUILDERS[kind](DIM, classes, Place())])
    for kind in ALL_KINDS
} | {"stacker": lambda classes: Stacker(3, classes)}
PROBES = RAW | WINDOWED

every = pytest.mark.parametrize("name", PROBES)
two_or_five = pytest.mark.parametrize("classes", [2, 5])


def stream(name: str, classes: int, *, n: int = N, signal: float = 2.0, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return inputs and labels; the stacker's inputs are log probabilities [n, families, classes]."""
    inputs, labels = tensors(*gaussian(n, DIM, classes, signal=signal, seed=seed))
    if name == "stacker":
        scores = 3.0 * torch.nn.functional.one_hot(labels, classes) + inputs.new_tensor(
            np.random.default_rng(seed).normal(size=(3, n, classes))
        )
        inputs = torch.log_softmax(scores.float(), -1).transpose(0, 1).contiguous()
    return inputs, labels


def learned(name: str, classes: int, inputs: Tensor, labels: Tensor) -> Probe:
    probe = PROBES[name](classes)
    for _ in walk(probe, inputs, labels):
        pass
    return probe


def saved(state: dict[str, Any]) -> Any:
    """Return the state as it comes back from a file that may hold no code."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


@every
@two_or_five
def test_predictions_are_normalised_log_probabilities(name: str, classes: int) -> None:
    inputs, labels = stream(name, classes)
    probe = PROBES[name](classes)
    for start, found in walk(probe, inputs, labels):
        rows = found.shape[1]
        assert found.shape == (len(probe.names), rows, classes)
        assert found.dtype == torch.float32
        assert torch.isfinite(found).all(), start
        # float32: a sum of at most five probabilities
        torch.testing.assert_close(found.exp().sum(-1), torch.ones(len(probe.names), rows), atol=1e-5, rtol=0)


@every
@two_or_five
def test_before_the_first_label_it_is_uniform(name: str, classes: int) -> None:
    inputs, _ = stream(name, classes)
    if name == "stacker":  # it is uniform where the families are
        inputs = torch.full_like(inputs, -math.log(classes))
    found = PROBES[name](classes).predict(Block(inputs[:8], 0))
    torch.testing.assert_close(found, torch.full_like(found, -math.log(classes)))


@every
def test_predicting_is_pure(name: str) -> None:
    inputs, labels = stream(name, 2)
    other, _ = stream(name, 2, seed=1)
    plain = [found for _, found in walk(PROBES[name](2), inputs, labels)]
    probe, disturbed = PROBES[name](2), []
    for start, stop in increments(np.arange(N)):
        block = Block(inputs[start:stop], start)
        probe.predict(Block(other[:7], start))
        found, note = probe.offer(block)
        assert torch.equal(probe.predict(block), found)
        disturbed.append(found)
        probe.offer(Block(other[7:9], start))
        probe.observe(block, note)
        probe.predict(Block(other[9:11], stop))
        probe.learn(prefix(inputs, labels, stop, start))
    assert all(torch.equal(a, b) for a, b in zip(plain, disturbed, strict=True))


@pytest.mark.parametrize("name", WINDOWED)
def test_what_learns_from_its_predictions_wants_each_row_once_and_in_order(name: str) -> None:
    inputs, _ = stream(name, 2)
    probe = PROBES[name](2)
    block = Block(inputs[:8], 0)
    _, note = probe.offer(block)
    probe.observe(block, note)
    with pytest.raises(ValueError, match="must follow"):
        probe.observe(block, note)
    with pytest.raises(ValueError, match="8 rows were predicted, 12 are to be learned"):
        probe.learn(prefix(inputs, torch.zeros(len(inputs), dtype=torch.int64), 12, 8))


@every
def test_stopped_and_restored_it_goes_on_with_the_same_floats(name: str) -> None:
    inputs, labels = stream(name, 5)
    ends = [0, *(stop for _, stop in increments(np.arange(N)))]
    straight = [found for _, found in walk(PROBES[name](5), inputs, labels)]
    for stops in (range(len(ends)), (0, 3, len(ends) // 2, len(ends) - 4)):
        probe, found = PROBES[name](5), []
        for at, (start, stop) in enumerate(pairwise(ends)):
            if at in stops:
                state = saved(probe.state())
                probe = PROBES[name](5)
                probe.restore(state)
            block = Block(inputs[start:stop], start)
            table, note = probe.offer(block)
            found.append(table)
            probe.observe(block, note)
            probe.learn(prefix(inputs, labels, stop, start))
        assert all(torch.equal(a, b) for a, b in zip(straight, found, strict=True))


@every
def test_a_state_is_a_copy_and_brings_back_what_was(name: str) -> None:
    inputs, labels = stream(name, 2)
    probe = learned(name, 2, inputs[:100], labels[:100])
    state, fresh = probe.state(), PROBES[name](2).state()
    block = Block(inputs[100:], 100)
    before = probe.predict(block)
    for stop in (150, N):
        start = 100 if stop == 150 else 150
        now = Block(inputs[start:stop], start)
        probe.observe(now, probe.offer(now)[1])
        probe.learn(prefix(inputs, labels, stop, start))
    assert not torch.equal(probe.predict(block), before)
    for _ in range(2):  # what is restored does not change the state either
        probe.restore(state)
        assert torch.equal(probe.predict(block), before)
        probe.observe(block, probe.offer(block)[1])
        probe.learn(prefix(inputs, labels, N, 100))
    probe.restore(fresh)
    assert torch.equal(probe.predict(block), PROBES[name](2).predict(block))


@every
def test_the_same_calls_give_the_same_floats(name: str) -> None:
    inputs, labels = stream(name, 5)
    one, two = ([found for _, found in walk(PROBES[name](5), inputs.clone(), labels.clone())] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


@every
def test_a_row_does_not_depend_on_the_rows_beside_it(name: str) -> None:
    inputs, labels = stream(name, 2)
    probe = learned(name, 2, inputs, labels)
    fresh, _ = stream(name, 2, seed=2, n=16)
    together = probe.predict(Block(fresh, N))
    alone = torch.cat([probe.predict(Block(fresh[i : i + 1], N)) for i in range(len(fresh))], 1)
    # products of other shapes sum in another order: float32 rounding of scores of order ten
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


@every
def test_labels_to_come_change_nothing(name: str) -> None:
    inputs, labels = stream(name, 2)
    altered = labels.clone()
    altered[N // 2 :] = 1 - altered[N // 2 :]
    pairs = zip(walk(PROBES[name](2), inputs, labels), walk(PROBES[name](2), inputs, altered), strict=True)
    seen = 0
    for (start, a), (_, b) in pairs:
        if start <= N // 2 - 40:
            assert torch.equal(a, b)
            seen += 1
    assert seen > 10


@every
def test_it_learns_what_can_be_learned(name: str) -> None:
    inputs, labels = stream(name, 2, signal=4.0, n=400)
    *_, (start, last) = walk(PROBES[name](2), inputs, labels)
    where = labels[start:].expand(len(last), -1)[..., None]
    bits = -last.gather(2, where)[..., 0].mean(1) / math.log(2)
    assert float(bits.min()) < 0.6, bits


DEGENERATE = {
    "constant inputs": lambda x, y: (torch.ones_like(x), y),
    "one class only": lambda x, y: (x, torch.zeros_like(y)),
    "copies of one row": lambda x, y: (x[:1].expand_as(x).clone(), y),
    "one column alone": lambda x, y: (x * (torch.arange(DIM) == 0), y),
    "large and small columns": lambda x, y: (x * torch.logspace(-4, 4, DIM), y),
    "inputs equal labels": lambda x, y: (y[:, None].expand_as(x).float().clone(), y),
}


@pytest.mark.parametrize("name", [name for name in PROBES if name != "stacker"])
@pytest.mark.parametrize("case", DEGENERATE)
def test_odd_inputs_leave_finite_predictions(name: str, case: str) -> None:
    inputs, labels = DEGENERATE[case](*stream(name, 5))
    for start, found in walk(PROBES[name](5), inputs, labels):
        assert torch.isfinite(found).all(), start


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_more_columns_than_rows(kind: str) -> None:
    inputs, labels = tensors(*gaussian(160, 300, 5, signal=3.0))
    for _, found in walk(_BUILDERS[kind](300, 5, Place()), inputs, labels):
        assert torch.isfinite(found).all()


@two_or_five
def test_temperatures_in_one_call_are_those_of_each_probe_alone(classes: int) -> None:
    inputs, labels = stream("ridge", classes)
    together = Calibrated([RAW[kind](classes) for kind in ALL_KINDS])
    alone = [WINDOWED[f"calibrated {kind}"](classes) for kind in ALL_KINDS]
    walks = [[found for _, found in walk(probe, inputs, labels)] for probe in (together, *alone)]
    for whole, *parts in zip(*walks, strict=True):
        assert torch.equal(whole, torch.cat(parts))


@two_or_five
@pytest.mark.parametrize("dim", [DIM, 300])
def test_probes_that_share_their_moments_are_as_those_alone(classes: int, dim: int) -> None:
    inputs, labels = tensors(*gaussian(N, dim, classes, signal=3.0))
    shared = Calibrated(default_bank(dim, classes, kinds=("ridge", "discriminant")).families)
    alone = Calibrated([_BUILDERS[kind](dim, classes, Place()) for kind in ("ridge", "discriminant")])
    pairs = zip(walk(shared, inputs, labels), walk(alone, inputs, labels), strict=True)
    for (start, a), (_, b) in pairs:
        # the scatter is summed in other pieces: float32 rounding, and three steps of a descent that start from it
        torch.testing.assert_close(a.exp(), b.exp(), atol=2e-3, rtol=0, msg=f"row {start}")


@two_or_five
def test_names_are_unique_in_a_bank(classes: int) -> None:
    bank = default_bank(DIM, classes, kinds=ALL_KINDS)
    names = [name for family in bank.families for name in family.names]
    assert len(set(names)) == len(names)


def test_the_hash_names_the_rule_of_the_bank_and_not_the_data() -> None:
    assert len({default_bank(d, c).hash for d in (16, 32) for c in (2, 3)}) == 1
    assert default_bank(DIM, 3, kinds=("ridge",)).hash != default_bank(DIM, 3).hash


def test_a_prefix_ends_where_it_ends() -> None:
    inputs, labels = stream("ridge", 2)
    seen = prefix(inputs, labels, 50, 40)
    assert len(seen.inputs(10, 50)) == len(seen.labels(10, 50)) == 40
    for start, stop in [(0, 51), (-1, 5), (50, 60), (7, 3)]:
        with pytest.raises(IndexError, match="may see rows"):
            seen.inputs(start, stop)
        with pytest.raises(IndexError, match="may see rows"):
            seen.labels(start, stop)


@every
def test_examples_change_nothing_for_what_does_not_ask_for_them(name: str) -> None:
    inputs, labels = stream(name, 2, n=60)
    probe = PROBES[name](2)
    plain = [found for _, found in walk(PROBES[name](2), inputs, labels)]
    for (start, stop), found in zip(increments(np.arange(60)), plain, strict=True):
        block = Block(inputs[start:stop], start, [f"text {at}" for at in range(start, stop)])
        table, note = probe.offer(block)
        assert torch.equal(table, found)
        probe.observe(block, note)
        probe.learn(prefix(inputs, labels, stop, start))


def test_a_prefix_without_examples_says_so_and_with_them_ends_where_it_ends() -> None:
    inputs, labels = stream("ridge", 2)
    with pytest.raises(LookupError, match="no examples"):
        prefix(inputs, labels, 50, 40).examples(0, 5)
    seen = Prefix(lambda a, b: inputs[a:b], lambda a, b: labels[a:b], 50, 40, lambda a, b: range(a, b))
    for same in (seen, seen.mapped(lambda a, b: inputs[a:b]), seen.relabelled(lambda a, b: labels[a:b])):
        assert list(same.examples(45, 50)) == [45, 46, 47, 48, 49]
        with pytest.raises(IndexError, match="may see rows"):
            same.examples(45, 51)
    assert seen.until(30, 20).n == 30
    assert list(seen.block(10, 12).examples or []) == [10, 11]
    with pytest.raises(IndexError):
        seen.until(51, 40)
