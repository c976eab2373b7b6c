"""Block codes: where blocks end, what each is predicted from, and the recipe of the published probe."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lit_hf
from lit_hf.codes.blockcode import SHARES, blocks_by_share, doubling_blocks
from lit_hf.codes.curve import Curve
from lit_hf.coding.codelength import code_order
from lit_hf.coding.order import Code, Examples, Order
from lit_hf.coding.rules import BY_SHARE, Alphabet, code_hash, published_block_code
from lit_hf.config import CODES
from lit_hf.errors import BadSetting
from lit_hf.probes.contract import Block
from lit_hf.probes.retrained import RetrainedLinear
from tests.support.streams import gaussian, prefix, tensors

BLOCK_CODES = CODES[1:]


def code_as(name: str, features: np.ndarray, labels: np.ndarray, classes: int) -> Curve:
    """Code one order, that of the rows."""
    examples = Examples(labels, np.arange(len(labels)))
    return code_order(features, examples, Alphabet(classes), Order(), Code(name))


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=80))
def test_blocks_cover_the_stream_and_cut_no_group(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    for spans in (blocks_by_share(groups), doubling_blocks(groups)):
        assert spans[0][0] == 0
        assert spans[-1][1] == len(groups)
        assert all(before[1] == after[0] for before, after in pairwise(spans))
        assert all(start < stop for start, stop in spans)
        assert all(groups[stop - 1] != groups[stop] for _, stop in spans[:-1])
        assert spans[0][1] >= min(8, len(groups))


def test_published_shares() -> None:
    assert [stop for _, stop in blocks_by_share(np.arange(10_000))] == [int(share * 10_000) for share in SHARES]
    assert [stop for _, stop in doubling_blocks(np.arange(100))] == [8, 16, 32, 64, 100]
    # The first shares of a small stream are less than one label: the first block is 8.
    assert [stop for _, stop in blocks_by_share(np.arange(1000))] == [8, 16, 32, 62, 125, 250, 500, 1000]


@pytest.mark.parametrize("name", BLOCK_CODES)
def test_the_first_block_is_uniform_and_labels_ahead_change_nothing(name: str) -> None:
    features, labels = gaussian(200, 8, 3, signal=3.0)
    other = labels.copy()
    other[150:] = (other[150:] + 1) % 3
    one, two = (code_as(name, features, these, 3) for these in (labels, other))
    np.testing.assert_allclose(one.bits[: one.edges[1]], np.log2(3), rtol=1e-6)
    np.testing.assert_array_equal(one.bits[:150], two.bits[:150])
    assert one.total < 0.8 * 200 * np.log2(3)
    np.testing.assert_allclose(one.weights.sum(1), 1.0)


def test_doubling_blocks_keep_the_law_of_prefixes_and_shares_do_not() -> None:
    features, labels = gaussian(300, 8, 2, signal=2.0)
    for name in BLOCK_CODES:
        whole = code_as(name, features, labels, 2).bits[:200]
        part = code_as(name, features[:200], labels[:200], 2).bits
        # A row's floats follow, in their last bits, how many rows are multiplied at once.
        assert np.allclose(whole, part, atol=1e-4) == (name not in BY_SHARE)


def test_each_code_has_its_own_hash() -> None:
    assert len({code_hash(name) for name in CODES}) == len(CODES)
    assert lit_hf.codelength(*gaussian(40, 4, 2), orders=1, code="block").bank == code_hash("block")
    with pytest.raises(BadSetting):
        lit_hf.codelength(*gaussian(40, 4, 2), code="brick")


def test_the_probe_forgets_what_it_knew() -> None:
    inputs, labels = tensors(*gaussian(120, 6, 2, signal=2.0))
    fresh, used = (RetrainedLinear(6, 2) for _ in range(2))
    used.learn(prefix(inputs[:40], 1 - labels[:40], 40, 0))
    for probe in (fresh, used):
        probe.learn(prefix(inputs, labels, 120, 0))
    assert torch.equal(fresh.predict(Block(inputs, 0)), used.predict(Block(inputs, 0)))


def test_a_free_development_set_only_chooses() -> None:
    features, labels = gaussian(600, 40, 2, signal=1.5)
    spare = gaussian(600, 40, 2, signal=1.5)[0][400:], labels[400:]
    curve = published_block_code(features[:400], labels[:400], 2, dev=spare)
    honest = code_as("block-raw", features[:400], labels[:400], 2)
    # The tenth of each prefix that the honest code sets aside, and stops by, costs it bits.
    assert curve.total < honest.total + 5
    assert curve.names == ("linear",)


def test_the_online_code_is_shorter_on_data_with_structure() -> None:
    features, labels = gaussian(500, 16, 2, signal=2.0)
    online = code_as("online", features, labels, 2).total
    assert all(online < code_as(name, features, labels, 2).total for name in BLOCK_CODES)
